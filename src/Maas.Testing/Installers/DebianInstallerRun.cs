using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.RegularExpressions;
using Maas.Testing.Agent;
using Maas.Testing.Dhcp;
using Maas.Testing.Events;
using Maas.Testing.Hardware;
using Maas.Testing.Http;

namespace Maas.Testing.Installers;

/// <summary>
/// Plays the Debian installer with a preseed of <c>Maas.Install</c>: it reads where to report and the machine's key from the preseed, the
/// disk from the script that the preseed fetches, and makes the requests of that script. It executes neither.
/// </summary>
internal sealed partial class DebianInstallerRun(
    SimulatedMachineOptions machine, IReadOnlyList<SimulatedDisk> disks, Uri answers, MachineLog log, TimeProvider timeProvider)
{
    private const string Name = "Debian installer", ScriptName = "install-files/installer.sh";

    // Two signs of life apart, an installation from a mirror nearby.
    private const int Signs = 2;
    private static readonly TimeSpan SignInterval = TimeSpan.FromMinutes(2);

    /// <summary>Reads where the preseed is from the kernel's command line; <see langword="false"/> for one of another kernel.</summary>
    public static bool TryReadAnswers(string commandLine, [NotNullWhen(true)] out Uri? answers)
    {
        var url = commandLine.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .LastOrDefault(word => word.StartsWith("url=", StringComparison.Ordinal))?["url=".Length..];
        return Uri.TryCreate(url, UriKind.Absolute, out answers) && answers.Scheme is "http"
            && answers.AbsolutePath.EndsWith("/preseed.cfg", StringComparison.Ordinal);
    }

    /// <summary>Installs; why it waits for a person, or <see langword="null"/> when it restarts the machine.</summary>
    public async Task<string?> RunAsync(CancellationToken cancellationToken)
    {
        var lease =
            await new DhcpClient(machine.Network, machine.Mac, log, timeProvider)
                .AcquireAsync(DhcpClientProfile.DebianInstaller(machine.Mac), cancellationToken).ConfigureAwait(false);
        if (lease is null) return "Network autoconfiguration failed";
        var link = machine.Network.LinkOf(machine.Mac);
        using var client = link.CreateHttpClient(link.Usable(lease.Address));
        var http = new MaasHttp(Name, client, machine.ClockError, log, timeProvider) { Secret = answers.Segments[^2].TrimEnd('/') };
        try
        {
            return await InstallAsync(http, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is AgentFailedException or HttpRequestException or IOException)
        {
            log.Said(Name, $"failed: {e.Message}");
            return e.Message;
        }
    }

    private async Task<string?> InstallAsync(MaasHttp http, CancellationToken cancellationToken)
    {
        var preseed = await ReadAsync(http, answers, cancellationToken).ConfigureAwait(false);
        if (!TryReadKey(preseed, out var metadata, out var key)) throw new AgentFailedException("the preseed has no key of the machine");
        http.Credentials = key;
        var script = await ReadAsync(http, new Uri(metadata, $"latest/{ScriptName}"), cancellationToken).ConfigureAwait(false);
        var server = new AgentServer(new AgentCommandLine(new Uri(metadata, ".."), null, null), http);
        if (Find(script) is not { } disk)
        {
            await server.SignalAsync("FAILED", "The disk to install to was not found.", cancellationToken).ConfigureAwait(false);
            return "the disk to install to was not found";
        }

        await server.SignalAsync("WORKING", "The Debian installer runs.", cancellationToken).ConfigureAwait(false);
        if (machine.Faults.HasFlag(SimulatedFault.InstallerWaits)) return "the installer asks a question";
        for (var sign = 0; sign < Signs; sign++)
        {
            await Task.Delay(SignInterval, timeProvider, cancellationToken).ConfigureAwait(false);
            await server.SignalAsync("WORKING", null, cancellationToken).ConfigureAwait(false);
        }

        disk.Install(await server.GetCloudConfigAsync(cancellationToken).ConfigureAwait(false));
        log.Said(Name, $"installed on {disk.Model.Name}");
        await server.SignalAsync("OK", null, cancellationToken).ConfigureAwait(false);
        await server.NetbootOffAsync(cancellationToken).ConfigureAwait(false);
        return null;
    }

    private static async Task<string> ReadAsync(MaasHttp http, Uri url, CancellationToken cancellationToken)
    {
        using var answer = await http.SendAsync(HttpMethod.Get, url, null, null, cancellationToken).ConfigureAwait(false);
        return answer.IsSuccessStatusCode
            ? await answer.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false)
            : throw new AgentFailedException(string.Create(
                CultureInfo.InvariantCulture, $"{url.Segments[^1]} could not be fetched: the server answered {(int)answer.StatusCode}"));
    }

    // Of the authorization that the preseed stores, and of the address that it fetches its script from.
    private static bool TryReadKey(
        string preseed, [NotNullWhen(true)] out Uri? metadata, [NotNullWhen(true)] out NodeCredentials? key)
    {
        var (script, stored) = (ScriptAddress().Match(preseed), Authorization().Match(preseed));
        key = stored.Success
            ? new NodeCredentials(stored.Groups["consumer"].Value, stored.Groups["token"].Value, stored.Groups["secret"].Value)
            : null;
        return Uri.TryCreate(script.Groups["metadata"].Value, UriKind.Absolute, out metadata) && key is not null;
    }

    // The first disk that the script looks for: by its serial number and size, or, where the installer partitions by itself, by its name.
    private SimulatedDisk? Find(string script)
    {
        if (Planned().Match(script) is { Success: true } planned)
            return disks.FirstOrDefault(disk =>
                disk.Model.Serial == planned.Groups["serial"].Value.Trim('\'')
                && disk.Model.Size.ToString(CultureInfo.InvariantCulture) == planned.Groups["size"].Value);
        var (serial, name) = (Wanted().Match(script).Groups["value"].Value, Named().Match(script).Groups["value"].Value);
        return disks.FirstOrDefault(disk => serial.Length > 0 ? disk.Model.Serial == serial : disk.Model.Name == name);
    }

    [GeneratedRegex(@"'?(?<metadata>http://\S+/)'?latest/install-files/installer\.sh", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ScriptAddress();

    [GeneratedRegex(
        """oauth_consumer_key="(?<consumer>[^"]+)", oauth_token="(?<token>[^"]+)", oauth_signature="%26(?<secret>[^"]+)""",
        RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Authorization();

    [GeneratedRegex(
        @"\$\(maas_disk (?<serial>'[^']*'|\S+) ('[^']*'|\S+) ('[^']*'|\S+) (?<size>[0-9]+)\)",
        RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Planned();

    [GeneratedRegex("^want='?(?<value>[^'\n]*)'?$", RegexOptions.ExplicitCapture | RegexOptions.Multiline, 1000)]
    private static partial Regex Wanted();

    [GeneratedRegex("^name='?(?<value>[^'\n]*)'?$", RegexOptions.ExplicitCapture | RegexOptions.Multiline, 1000)]
    private static partial Regex Named();
}
