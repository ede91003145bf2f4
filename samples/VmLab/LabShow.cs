using Spectre.Console;
using VmLab.Disks;
using VmLab.Journeys;
using VmLab.Machines;
using VmLab.Processes;
using VmLab.Servers;

namespace VmLab;

/// <summary>The journeys of a BIOS and a UEFI machine side by side, drawn as they go.</summary>
internal static class LabShow
{
    private const string PublicKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8g lab@show";

    // New, Ready, Allocated, Deployed, Ready.
    private const int Stages = 5;

    public static async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        if (!Environment.IsPrivilegedProcess)
        {
            AnsiConsole.MarkupLine("[red]The lab needs root[/], for its network namespace and the disk image.");
            return 1;
        }

        var folder = Directory.CreateTempSubdirectory("maas-lab-").FullName;
        AnsiConsole.MarkupLineInterpolated($"Consoles and the server's log: [blue]{folder}[/]");
        try
        {
            await AnsiConsole.Progress()
                .Columns(
                    new TaskDescriptionColumn { Alignment = Justify.Left },
                    new ProgressBarColumn(),
                    new ElapsedTimeColumn(),
                    new SpinnerColumn())
                .StartAsync(progress => RunAsync(progress, folder, cancellationToken));
            return 0;
        }
        catch (OperationCanceledException)
        {
            return 130;
        }
        catch (Exception failure) when (failure is JourneyException or TimeoutException or HttpRequestException
            or InvalidOperationException or HostCommandException)
        {
            AnsiConsole.MarkupLineInterpolated($"[red]{failure.Message}[/]");
            return 1;
        }
    }

    private static async Task RunAsync(ProgressContext progress, string folder, CancellationToken cancellationToken)
    {
        var time = TimeProvider.System;
        var image = await StepAsync(progress, "disk image", () => DebianDiskImage.GetAsync(cancellationToken));
        await using var rack = await LabRack.CreateAsync(folder, time, new ServerSetup(), cancellationToken);
        var bios = await rack.AddMachineAsync("bios", Firmware.Bios, 1, cancellationToken);
        var uefi = await rack.AddMachineAsync("uefi", Firmware.Uefi, 2, cancellationToken);
        using var client =
            await StepAsync(progress, "server with its ephemeral environment", () => rack.OpenAsync(image, cancellationToken));
        await client.PostAsync("account/prefs/sshkeys/", [new("key", PublicKey)], cancellationToken);
        await Task.WhenAll(LiveAsync(bios), LiveAsync(uefi));

        async Task LiveAsync(RackedMachine machine)
        {
            var bar = progress.AddTask(machine.Machine.Name, maxValue: Stages);
            var journey = new MachineJourney(client, machine, time, new Bar(bar));
            await journey.LiveAsync(PublicKey, cancellationToken);
        }
    }

    private static async Task<T> StepAsync<T>(ProgressContext progress, string name, Func<Task<T>> step)
    {
        var bar = progress.AddTask(name, maxValue: 1).IsIndeterminate();
        var result = await step();
        bar.IsIndeterminate(false).Value = 1;
        return result;
    }

    private sealed class Bar(ProgressTask task) : IProgress<JourneyStep>
    {
        public void Report(JourneyStep value)
        {
            task.Description = $"{value.Machine}: {value.Reached}";
            task.Increment(1);
        }
    }
}
