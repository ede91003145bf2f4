using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Maas.Testing;

namespace Tour;

/// <summary>
/// The life of the machine, from the first time it is switched on to its release, told over the API that any MAAS client uses.
/// </summary>
internal sealed class MachineLife(TourServer server, Story story)
{
    private string _id = "";

    public async Task LiveAsync(CancellationToken cancellationToken)
    {
        story.Chapter("A machine that nobody knows is switched on");
        server.Machine.TurnOn("somebody pressed the button");
        await server.Machine.WhenAtRestAsync(cancellationToken);
        var machine = (await server.Client.GetAsync("machines/", cancellationToken)).EnumerateArray().Single();
        _id = machine.GetProperty("system_id").GetString()!; // every machine has one
        story.Line($"it enlisted as {machine.GetProperty("hostname")} ({_id}): {machine.GetProperty("status_name")}");

        story.Chapter("The operator says how it is powered, and accepts it: commissioning");
        await server.Client.PutAsync($"machines/{_id}/", [new("power_type", "simulated")], cancellationToken);
        await server.Client.PostAsync("machines/?op=accept", [new("machines", _id)], cancellationToken);
        machine = await UntilAsync("Ready", cancellationToken);
        story.Line($"it has {machine.GetProperty("cpu_count")} processors and {machine.GetProperty("memory")} MiB of memory");

        story.Chapter("An image and a key are uploaded; a user takes the machine and deploys it");
        using var image = await ImageAsync(cancellationToken);
        await server.Client.UploadImageAsync("custom/tour", "ddgz", image, cancellationToken);
        await server.Client.PostAsync("account/prefs/sshkeys/", [new("key", Key())], cancellationToken);
        await server.Client.PostAsync("machines/?op=allocate", [new("mem", "512")], cancellationToken);
        var userData = Convert.ToBase64String("#!/bin/sh\necho hello from the tour\n"u8);
        await server.Client.PostAsync(
            $"machines/{_id}/?op=deploy",
            [new("distro_series", "tour"), new("osystem", "custom"), new("user_data", userData)],
            cancellationToken);
        await UntilAsync("Deployed", cancellationToken);
        if (await server.Machine.WhenAtRestAsync(cancellationToken) is not SettledState.Off) story.Line("the installed system is up");

        story.Chapter("The user is done with it: the disk is erased, and the machine is free again");
        await server.Client.PostAsync($"machines/{_id}/?op=release", [new("erase", "true"), new("quick_erase", "true")], cancellationToken);
        await UntilAsync("Ready", cancellationToken);
        await server.Machine.WhenAtRestAsync(cancellationToken);
        story.Line("released: Ready, and off");
    }

    private async Task<JsonElement> UntilAsync(string status, CancellationToken cancellationToken)
    {
        using var ticks = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        for (var shown = ""; await ticks.WaitForNextTickAsync(cancellationToken);)
        {
            var machine = await server.Client.GetAsync($"machines/{_id}/", cancellationToken);
            var now = machine.GetProperty("status_name").GetString() ?? "";
            if (now != shown) story.Line($"status: {now}");
            if (now == status) return machine;
            if (now.Contains("ailed", StringComparison.Ordinal))
                throw new InvalidOperationException($"The machine's life ended in {now}: {machine.GetProperty("status_message")}");
            shown = now;
        }

        throw new OperationCanceledException(cancellationToken);
    }

    // What a deployer writes is a whole disk; the simulated one takes any bytes.
    private static async Task<MemoryStream> ImageAsync(CancellationToken cancellationToken)
    {
        var packed = new MemoryStream();
        await using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            await gzip.WriteAsync(RandomNumberGenerator.GetBytes(16 << 20), cancellationToken);
        return packed;
    }

    private static string Key()
    {
        byte[] key = [0, 0, 0, 11, .. Encoding.ASCII.GetBytes("ssh-ed25519"), 0, 0, 0, 32, .. RandomNumberGenerator.GetBytes(32)];
        return $"ssh-ed25519 {Convert.ToBase64String(key)} tour";
    }
}
