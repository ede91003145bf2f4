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
        if (sheet["image_layout"].Length > 0) throw new AgentFailedException("a simulated machine unpacks no root archive");
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

        say("step=netboot off");
        await server.NetbootOffAsync(cancellationToken).ConfigureAwait(false);
        await server.SignalAsync("OK", null, cancellationToken).ConfigureAwait(false);
    }

    private static async Task WriteAsync(
        SimulatedDisk disk, ImageTransfer image, string format, string sha256, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var hashed = new CountingStream(image, bytes => hash.AppendData(bytes));
        using var content = Unpack(hashed, format);
        try
        {
            await disk.WriteImageAsync(content, cancellationToken).ConfigureAwait(false);
        }
        catch (InvalidDataException e)
        {
            throw new AgentFailedException($"the image could not be unpacked: {e.Message}");
        }

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
