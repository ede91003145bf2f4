using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using Maas.Testing.Hardware;
using Maas.Testing.Network;

namespace Maas.Testing.Agent;

/// <summary>Deployment: the image goes from the server straight to a disk, hashed on the way; then it is made this machine's own.</summary>
internal sealed class DeployTask(
    Guid machine, IReadOnlyList<SimulatedDisk> disks, AgentServer server, Action<string> say, TimeProvider timeProvider)
{
    public async Task RunAsync(AgentTask sheet, CancellationToken cancellationToken)
    {
        var path = sheet["image_path"];
        if (!long.TryParse(sheet["image_size"], NumberStyles.None, CultureInfo.InvariantCulture, out var size))
            throw new AgentFailedException("the image's size is missing");
        if (!path.StartsWith('/')) throw new AgentFailedException("the image's path is missing");
        if (sheet["image_layout"] == "root")
        {
            await UnpackRootAsync(sheet, path, size, cancellationToken).ConfigureAwait(false);
            await FinishAsync(cancellationToken).ConfigureAwait(false);
            return;
        }

        if (sheet["target_disk"].Length == 0) throw new AgentFailedException("the task does not say which disk to write to");
        var check = new HardwareCheck(machine, disks, sheet);
        check.VerifyMachine();
        var disk = check.Find(new KnownDisk(sheet["target_disk"]));
        var configuration = await server.GetCloudConfigAsync(cancellationToken).ConfigureAwait(false);

        say($"step=write image to {disk.Model.Name}");
        var image = new ImageTransfer(server, path, size, say, timeProvider);
        await using (image.ConfigureAwait(false))
            await WriteAsync(disk, image, sheet["image_format"], sheet["image_sha256"], cancellationToken).ConfigureAwait(false);
        say("step=configure");
        disk.CloudConfig = configuration;
        await FinishAsync(cancellationToken).ConfigureAwait(false);
    }

    // The names of files are read on the way.
    private async Task UnpackRootAsync(AgentTask sheet, string path, long size, CancellationToken cancellationToken)
    {
        var check = new HardwareCheck(machine, disks, sheet);
        check.VerifyMachine();
        if (sheet["image_format"] != "gz")
            throw new AgentFailedException($"a simulated machine unpacks root archives of the format gz, not '{sheet["image_format"]}'");
        var plan = await server.GetDiskPlanAsync(cancellationToken).ConfigureAwait(false);
        var configuration = await server.GetCloudConfigAsync(cancellationToken).ConfigureAwait(false);
        await new RootArchiveTask(check, plan, configuration, say).RunAsync(async read =>
        {
            var image = new ImageTransfer(server, path, size, say, timeProvider);
            await using (image.ConfigureAwait(false))
                await ReceiveAsync(image, "gz", sheet["image_sha256"], read, cancellationToken).ConfigureAwait(false);
        }).ConfigureAwait(false);
    }

    // From now on the machine boots its disk.
    private async Task FinishAsync(CancellationToken cancellationToken)
    {
        say("step=netboot off");
        await server.NetbootOffAsync(cancellationToken).ConfigureAwait(false);
        await server.SignalAsync("OK", null, cancellationToken).ConfigureAwait(false);
    }

    private static Task WriteAsync(
        SimulatedDisk disk, ImageTransfer image, string format, string sha256, CancellationToken cancellationToken) =>
        ReceiveAsync(
            image, format, sha256,
            async content =>
            {
                try
                {
                    await disk.WriteImageAsync(content, cancellationToken).ConfigureAwait(false);
                }
                catch (Exception e) when (e is InvalidDataException or IOException)
                {
                    throw new AgentFailedException($"the image could not be written to {disk.Model.Name} {e.Message}");
                }
            },
            cancellationToken);

    private static async Task ReceiveAsync(
        ImageTransfer image, string format, string sha256, Func<Stream, Task> read, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var hashed = new CountingStream(image, bytes => hash.AppendData(bytes));
        using var content = Unpack(hashed, format);
        await read(content).ConfigureAwait(false);

        // What the unpacker left unread is part of the image's hash all the same.
        await hashed.CopyToAsync(Stream.Null, cancellationToken).ConfigureAwait(false);
        var came = Convert.ToHexStringLower(hash.GetHashAndReset());
        if (!came.Equals(sha256, StringComparison.OrdinalIgnoreCase))
            throw new AgentFailedException($"the image's SHA-256 is wrong: {came} came, {sha256} was promised");
    }

    private static Stream Unpack(Stream image, string format) => format switch
    {
        "raw" => image,
        "gz" => new GZipStream(image, CompressionMode.Decompress, leaveOpen: true),
        _ => throw new AgentFailedException($"a simulated machine can write images of the formats raw and gz, not '{format}'"),
    };
}
