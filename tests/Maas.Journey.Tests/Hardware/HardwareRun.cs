using System.Net;
using System.Text.RegularExpressions;
using Maas.Journey.Tests.Lab;
using VmLab.Disks;
using VmLab.Journeys;
using VmLab.Machines;
using VmLab.Processes;
using VmLab.Servers;

namespace Maas.Journey.Tests.Hardware;

/// <summary>
/// One machine of the matrix, from New to Ready again, with its disks looked at from outside after each step that writes.
/// </summary>
internal sealed partial class HardwareRun(
    QemuMachine machine,
    MachineJourney journey,
    MaasClient client,
    HttpMessageHandler network) : IDisposable
{
    private const int Mebibyte = 1 << 20;
    private const byte Old = 0xAA;
    private readonly HttpClient _http = new(network);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        LabJudges.RequireMachines();
        FillDisks();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var plugging = PlugInLateAsync(stop.Token);
        try
        {
            await journey.EnlistAsync(cancellationToken);
            await journey.CommissionAsync(cancellationToken);
            await CheckInventoryAsync(cancellationToken);
            await journey.AllocateAsync(cancellationToken);
            var before = machine.Console.Position;
            await journey.BeginDeployingAsync(cancellationToken);
            await machine.Console.WaitForAsync("MAAS-AGENT (done|failed)", journey.Patience, before, cancellationToken);
            await machine.WaitForPowerOffAsync(journey.Patience, cancellationToken);
            await StandInForTheInstalledSystemAsync(CheckDeployed(), cancellationToken);
            await journey.WaitForStatusAsync("Deployed", cancellationToken);
            await journey.ReleaseAsync(cancellationToken);
            CheckErased();
        }
        finally
        {
            await stop.CancelAsync();
            await plugging;
        }
    }

    public void Dispose() => _http.Dispose();

    // What was on the disks before: it must be gone where it should, and stay where nothing was to be written.
    private void FillDisks()
    {
        var old = new byte[4 * Mebibyte];
        Array.Fill(old, Old);
        foreach (var (number, disk) in machine.Hardware.AllDisks.Index())
        {
            using var file = File.Create(machine.Hardware.PathOfDisk(number));
            file.Write(old);
            file.SetLength((long)disk.Size << 20);
            file.Position = file.Length - Mebibyte;
            file.Write(old, 0, Mebibyte);
        }
    }

    // Each time it is on: after the loop that loads drivers.
    private async Task PlugInLateAsync(CancellationToken cancellationToken)
    {
        if (!machine.Hardware.AllDisks.Any(disk => disk.AppearsLate)) return;
        try
        {
            for (var seen = 0; ;)
            {
                await machine.Console.WaitForAsync("MAAS-AGENT up", TimeSpan.FromHours(1), seen, cancellationToken);
                seen = machine.Console.Position;
                await machine.AttachLateDisksAsync(cancellationToken);
            }
        }
        catch (OperationCanceledException)
        {
            // The run is over.
        }
    }

    private async Task CheckInventoryAsync(CancellationToken cancellationToken)
    {
        var found = await client.GetAsync($"machines/{journey.SystemId}/", cancellationToken);
        var disks = found.GetProperty("physicalblockdevice_set").EnumerateArray().ToList();
        var serials = disks.Select(disk => disk.GetProperty("serial").GetString() ?? "").ToList();
        disks.Should().HaveCount(
            machine.Hardware.AllDisks.Count,
            "{0} shows every disk: {1}",
            machine.Name,
            string.Join(' ', disks.Select(disk => $"{disk.GetProperty("name")}({disk.GetProperty("serial")})")));
        machine.Hardware.AllDisks.Select(disk => disk.Serial).OfType<string>().Should().BeSubsetOf(serials);
    }

    /// <summary>One disk holds the image, the others what they held; returns the number of that one.</summary>
    private int CheckDeployed()
    {
        List<int> written = [];
        for (var number = 0; number < machine.Hardware.AllDisks.Count; number++)
        {
            var start = ReadMebibyte(number, 0);
            if (start.AsSpan(512, 8).SequenceEqual("EFI PART"u8)) written.Add(number);
            else start.Should().OnlyContain(octet => octet == Old, $"disk {number} of {machine.Name} was not meant");
        }

        written.Should().ContainSingle($"one disk of {machine.Name} was meant:\n{Last(machine.Console.ToString())}");
        return written[0];
    }

    private void CheckErased()
    {
        for (var number = 0; number < machine.Hardware.AllDisks.Count; number++)
        {
            ReadMebibyte(number, 0).Should().OnlyContain(octet => octet == 0, $"disk {number} of {machine.Name} was erased");
            ReadMebibyte(number, machine.Hardware.AllDisks[number].Size - 1)
                .Should()
                .OnlyContain(octet => octet == 0, $"disk {number} of {machine.Name} was erased at its end");
        }
    }

    /// <summary>
    /// Does what cloud-init of the installed system does first: it takes its user data with the key that the agent put on the disk.
    /// </summary>
    private async Task StandInForTheInstalledSystemAsync(int disk, CancellationToken cancellationToken)
    {
        var settings = await HostCommand.RunAsync(
            "debugfs",
            ["-R", "cat /etc/cloud/cloud.cfg.d/90_maas.cfg", $"{machine.Hardware.PathOfDisk(disk)}?offset={TinyDiskImage.RootOffset}"],
            cancellationToken);
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(MaasServerProcess.Address, "metadata/2012-03-01/user-data"));
        request.Headers.TryAddWithoutValidation(
            "Authorization",
            $"OAuth oauth_version=\"1.0\", oauth_signature_method=\"PLAINTEXT\", oauth_consumer_key=\"{Value("consumer_key")}\", "
                + $"oauth_token=\"{Value("token_key")}\", "
            + $"oauth_signature=\"%26{Value("token_secret")}\", oauth_nonce=\"{Guid.CreateVersion7():N}\", "
                + $"oauth_timestamp=\"{TimeProvider.System.GetUtcNow().ToUnixTimeSeconds()}\"");
        using var answer = await _http.SendAsync(request, cancellationToken);
        answer.StatusCode.Should().Be(HttpStatusCode.OK);

        string Value(string key) => Setting().Matches(settings).First(match => match.Groups["key"].Value == key).Groups["value"].Value;
    }

    private byte[] ReadMebibyte(int disk, int at)
    {
        var bytes = new byte[Mebibyte];
        using var file = File.OpenRead(machine.Hardware.PathOfDisk(disk));
        file.Position = (long)at << 20;
        file.ReadExactly(bytes);
        return bytes;
    }

    private static string Last(string text) => string.Join('\n', text.Split('\n').TakeLast(40));

    [GeneratedRegex("(?<key>[a-z_]+): [\"']?(?<value>[^\"'\\s]+)", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Setting();
}
