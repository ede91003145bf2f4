using Maas.Testing.Dhcp;
using Maas.Testing.Events;
using Maas.Testing.Hardware;
using Maas.Testing.Http;

namespace Maas.Testing.Install;

/// <summary>
/// Plays the installer of an operating system: it fetches its answer file, makes the requests that the file's shell makes, takes its time,
/// and puts a system on the disk that the file names.
/// </summary>
internal sealed class InstallerRun(
    SimulatedMachineOptions machine,
    IReadOnlyList<SimulatedDisk> disks,
    InstallerCommandLine given,
    MachineLog log,
    TimeProvider timeProvider)
{
    private static readonly string[] DiskMissing =
        ["The disk to install to was not found.", "The disks to install to were not found."];

    private static readonly SimulatedInstallStep[] Steps = Enum.GetValues<SimulatedInstallStep>();

    private string? _cloudConfig;

    private string Name => given.Program switch
    {
        InstallerKind.Debian => "debian-installer",
        InstallerKind.Anaconda => "anaconda",
        _ => "subiquity",
    };

    /// <summary>Runs until the machine restarts, which is <see langword="null"/>, or the installer waits for a person.</summary>
    public async Task<SettledState?> RunAsync(CancellationToken cancellationToken)
    {
        Say("up");
        var profile = given.Program == InstallerKind.Debian
            ? DhcpClientProfile.DebianInstaller(machine.Mac)
            : DhcpClientProfile.Dhclient("localhost");
        if (await new DhcpClient(machine.Network, machine.Mac, log, timeProvider).AcquireAsync(profile, cancellationToken)
            .ConfigureAwait(false) is not { } lease)
            return Stop("no DHCP server answered");
        var link = machine.Network.LinkOf(machine.Mac);
        using var http = link.CreateHttpClient(link.Usable(lease.Address));
        var server = new MaasHttp(Name, http, machine.ClockError, log, timeProvider) { Secret = TokenOf(given.Answers) };
        AnswerFile? file = null;
        try
        {
            file = await FetchAsync(server, cancellationToken).ConfigureAwait(false);
            await InstallAsync(server, file, cancellationToken).ConfigureAwait(false);
            Say("finished: the machine restarts");
            return null;
        }
        catch (InstallerFailedException e)
        {
            if (e.Report is { } report && file?.Metadata is not null)
                await TellAsync(server, file, "FAILED", report, cancellationToken).ConfigureAwait(false);
            return Stop(e.Message);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return Stop(e.Message);
        }
    }

    // The answer file, with the script that its first command fetches.
    private async Task<AnswerFile> FetchAsync(MaasHttp server, CancellationToken cancellationToken)
    {
        foreach (var other in given.Others)
            (await server.SendAsync(HttpMethod.Get, other, null, cancellationToken).ConfigureAwait(false)).Dispose();
        var text = await ReadAsync(server, given.Answers, cancellationToken).ConfigureAwait(false);
        var file = AnswerFile.Parse(given.Program, text)
            ?? throw new InstallerFailedException("the answer file was not understood, and the installer asks a person");
        server.Credentials = file.Key;
        if (file is not { Script: { } script, Metadata: { } metadata }) return file;
        return file.WithScript(
            await ReadAsync(server, new Uri(metadata, "install-files/" + script), cancellationToken).ConfigureAwait(false));
    }

    private async Task InstallAsync(MaasHttp server, AnswerFile file, CancellationToken cancellationToken)
    {
        await MakeRequestsAsync(server, file, file.Early, cancellationToken).ConfigureAwait(false);
        var disk = InstallerScript.DiskOf(file.Early, disks) ?? throw new InstallerFailedException(DiskMissing[0])
        {
            Report = Array.Find(DiskMissing, text => file.Early.Contains(text, StringComparison.Ordinal)),
        };
        if (machine.Faults.HasFlag(SimulatedFault.InstallerWaits)) throw new InstallerFailedException("the installer asks a question");
        foreach (var step in Steps)
        {
            Say($"step: {step}");
            await WorkAsync(server, file, cancellationToken).ConfigureAwait(false);
            if (step != machine.Installer.FailsAt) continue;
            var line = machine.Installer.FailureLine ?? FailureOf(step);
            Say(line);
            throw new InstallerFailedException($"the installer failed: {line}") { Report = InstallerScript.ReportOf(file.OnError, line) };
        }

        await MakeRequestsAsync(server, file, file.Late, cancellationToken).ConfigureAwait(false);
        disk.Install(_cloudConfig, by: Name);
    }

    // A step of the installation, with signs of life.
    private async Task WorkAsync(MaasHttp server, AnswerFile file, CancellationToken cancellationToken)
    {
        var left = machine.Installer.Duration / Steps.Length;
        for (var sign = InstallerScript.SignsOfLife(file.Early); sign is { } interval && left > interval; left -= interval)
        {
            await Task.Delay(interval, timeProvider, cancellationToken).ConfigureAwait(false);
            await TellAsync(server, file, "WORKING", "", cancellationToken).ConfigureAwait(false);
        }

        await Task.Delay(left, timeProvider, cancellationToken).ConfigureAwait(false);
    }

    private async Task MakeRequestsAsync(MaasHttp server, AnswerFile file, string shell, CancellationToken cancellationToken)
    {
        foreach (var request in InstallerScript.RequestsOf(shell))
        {
            switch (request)
            {
                case InstallerRequest.CloudConfig when file.Metadata is { } metadata:
                    _cloudConfig = await ReadAsync(server, new Uri(metadata, "maas-cloud-config"), cancellationToken).ConfigureAwait(false);
                    break;
                case InstallerRequest.NetbootOff:
                    if (!await PostAsync(server, file, [new("op", "netboot_off")], cancellationToken).ConfigureAwait(false))
                        throw new InstallerFailedException("network boot could not be turned off");
                    break;
                case InstallerRequest.Signal signal:
                    await TellAsync(server, file, signal.Status, signal.Text, cancellationToken).ConfigureAwait(false);
                    break;
            }
        }
    }

    private async Task TellAsync(MaasHttp server, AnswerFile file, string status, string text, CancellationToken cancellationToken)
    {
        if (!await PostAsync(server, file, [new("op", "signal"), new("status", status), new("error", text)], cancellationToken)
            .ConfigureAwait(false))
            Say($"the server did not take the report {status}");
    }

    private static async Task<bool> PostAsync(
        MaasHttp server, AnswerFile file, KeyValuePair<string, string>[] fields, CancellationToken cancellationToken)
    {
        if (file.Metadata is not { } metadata) return false;
        using var answer = await server.SendAsync(
            HttpMethod.Post, metadata, () => new FormUrlEncodedContent(fields), cancellationToken).ConfigureAwait(false);
        return answer.IsSuccessStatusCode;
    }

    private static async Task<string> ReadAsync(MaasHttp server, Uri url, CancellationToken cancellationToken)
    {
        using var answer = await server.SendAsync(HttpMethod.Get, url, null, cancellationToken).ConfigureAwait(false);
        if (!answer.IsSuccessStatusCode)
            throw new InstallerFailedException($"{url.Segments[^1]} could not be fetched: the server answered {(int)answer.StatusCode}");
        return await answer.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false);
    }

    private SettledState.Stuck Stop(string reason)
    {
        Say($"waits for a person: {reason}");
        return new SettledState.Stuck(reason);
    }

    // …/install/TOKEN/preseed.cfg
    private static string? TokenOf(Uri answers) => answers.Segments is [.., "install/", var token, _] ? token.TrimEnd('/') : null;

    private string FailureOf(SimulatedInstallStep step) => given.Program switch
    {
        InstallerKind.Debian => $"main-menu[229]: WARNING **: Menu item '{MenuItemOf(step)}' failed.",
        InstallerKind.Anaconda => $"10:00:00,000 ERR anaconda: the step {step} failed",
        _ => $"ERROR subiquity: the step {step} failed",
    };

    private static string MenuItemOf(SimulatedInstallStep step) => step switch
    {
        SimulatedInstallStep.Partitioning => "partman-base",
        SimulatedInstallStep.BaseSystem => "bootstrap-base",
        SimulatedInstallStep.Packages => "pkgsel",
        _ => "grub-installer",
    };

    private void Say(string text) => log.Said(Name, text);
}
