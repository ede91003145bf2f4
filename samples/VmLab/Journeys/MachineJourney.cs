using System.Text;
using System.Text.Json;
using VmLab.Machines;
using VmLab.Servers;

namespace VmLab.Journeys;

/// <summary>
/// Takes one machine through its whole life over API 2.0: New, Ready, Allocated, Deployed, and back to Ready. Each step
/// returns when the server says so and the machine does too.
/// </summary>
public sealed class MachineJourney(
    MaasClient client,
    RackedMachine racked,
    TimeProvider timeProvider,
    IProgress<JourneyStep>? progress = null)
{
    /// <summary>What the installed system prints in front of each line that proves something.</summary>
    public const string Proof = "LAB-PROOF";

    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);

    private long _stage = timeProvider.GetTimestamp();
    private int _consoleAtStage;
    private string? _id;

    public string SystemId => _id ?? throw new InvalidOperationException("The machine is not enlisted.");

    public string Hostname { get; private set; } = "";

    /// <summary>How long any one stage may take; everything here runs in software.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>The series of the image that is deployed.</summary>
    public string Image { get; init; } = LabRack.ImageName;

    /// <summary>More lines of shell for the installed system; what they print is on its serial line.</summary>
    public string MoreUserData { get; init; } = "";

    /// <summary>Names of release scripts, which run before the disk is erased; empty for none.</summary>
    public string ReleaseScripts { get; init; } = "";

    private IRackMachine Machine => racked.Machine;

    /// <summary>The whole life, in order.</summary>
    public async Task LiveAsync(string sshKey, CancellationToken cancellationToken)
    {
        await EnlistAsync(cancellationToken);
        await CommissionAsync(cancellationToken);
        await AllocateAsync(cancellationToken);
        await DeployAsync(cancellationToken);
        await WaitForProofAsync(sshKey, cancellationToken);
        await ReleaseAsync(cancellationToken);
    }

    /// <summary>An unknown machine is switched on by hand, makes itself known, and switches itself off: New.</summary>
    public async Task EnlistAsync(CancellationToken cancellationToken)
    {
        Begin();
        await Machine.TurnOnAsync(cancellationToken);
        await Machine.WaitForPowerOffAsync(Patience, cancellationToken);
        var found =
            (await client.GetAsync($"machines/?mac_address={Uri.EscapeDataString(Machine.MacAddress)}", cancellationToken)).EnumerateArray()
                .ToList();
        if (found.Count != 1)
            throw new JourneyException(
                $"{found.Count} machines have the address {Machine.MacAddress} after one boot", Machine.Console.Since(_consoleAtStage));
        _id = found[0].GetProperty("system_id").GetString();
        Hostname = found[0].GetProperty("hostname").GetString()!; // every machine has one
        Expect("New", found[0]);
    }

    /// <summary>The operator says how its power works and accepts it; it is commissioned: Ready, and off.</summary>
    public async Task CommissionAsync(CancellationToken cancellationToken)
    {
        await BeginCommissioningAsync(cancellationToken);
        await WaitForStatusAsync("Ready", cancellationToken);
        await Machine.WaitForPowerOffAsync(Patience, cancellationToken);
    }

    public async Task BeginCommissioningAsync(CancellationToken cancellationToken)
    {
        Begin();
        await client.PutAsync($"machines/{SystemId}/", racked.Power.Fields, cancellationToken);
        await client.PostAsync("machines/?op=accept", [new("machines", SystemId)], cancellationToken);
    }

    /// <summary>A client takes it by name: Allocated.</summary>
    public async Task AllocateAsync(CancellationToken cancellationToken)
    {
        Begin();
        Expect("Allocated", await client.PostAsync("machines/?op=allocate", [new("name", Hostname)], cancellationToken));
    }

    /// <summary>It is installed with user data, boots its disk, and cloud-init reports: Deployed.</summary>
    public async Task DeployAsync(CancellationToken cancellationToken)
    {
        await BeginDeployingAsync(cancellationToken);
        await WaitForStatusAsync("Deployed", cancellationToken);
    }

    public async Task BeginDeployingAsync(CancellationToken cancellationToken)
    {
        Begin();
        await client.PostAsync(
            $"machines/{SystemId}/?op=deploy",
            [
                new("osystem", "custom"),
                new("distro_series", Image),
                new("user_data", Convert.ToBase64String(Encoding.UTF8.GetBytes(UserData)))
            ],
            cancellationToken);
    }

    /// <summary>
    /// The installed system's own word, on its serial line, that user data ran and that it holds <paramref name="sshKey"/>.
    /// </summary>
    public async Task WaitForProofAsync(string sshKey, CancellationToken cancellationToken)
    {
        await Machine.Console.WaitForAsync(
            $"^{Proof} key .*{System.Text.RegularExpressions.Regex.Escape(sshKey)}", Patience, _consoleAtStage, cancellationToken);
        await Machine.Console.WaitForAsync($"^{Proof} user data ran on {Hostname}", Patience, _consoleAtStage, cancellationToken);
    }

    /// <summary>It is given back, its disk erased: Ready, and off.</summary>
    public async Task ReleaseAsync(CancellationToken cancellationToken)
    {
        await BeginReleasingAsync(cancellationToken);
        await WaitForStatusAsync("Ready", cancellationToken);
        await Machine.WaitForPowerOffAsync(Patience, cancellationToken);
    }

    public async Task BeginReleasingAsync(CancellationToken cancellationToken)
    {
        Begin();
        // A magic packet wakes only what sleeps: the person who gives the machine back switches it off.
        if (!racked.Power.CanTurnOff) await Machine.TurnOffAsync(cancellationToken);
        await client.PostAsync(
            $"machines/{SystemId}/?op=release",
            [new("erase", "true"), new("quick_erase", "true"), new("scripts", ReleaseScripts)], cancellationToken);
    }

    /// <summary>Waits for a status; a failure by name ends the wait at once.</summary>
    public async Task WaitForStatusAsync(string status, CancellationToken cancellationToken)
    {
        var since = timeProvider.GetTimestamp();
        using var ticks = new PeriodicTimer(Poll, timeProvider);
        while (true)
        {
            var machine = await client.GetAsync($"machines/{SystemId}/", cancellationToken);
            var current = StatusOf(machine);
            if (current == status)
            {
                Report(status);
                return;
            }

            var failed = current.StartsWith("Failed", StringComparison.Ordinal);
            if (failed || timeProvider.GetElapsedTime(since) > Patience)
                throw new JourneyException(
                    $"{Machine.Name} is '{current}' ({Text(machine, "status_message")}) instead of '{status}'",
                    Machine.Console.Since(_consoleAtStage));
            await ticks.WaitForNextTickAsync(cancellationToken);
        }
    }

    // A mark in front of each line, so that the console's other text cannot be mistaken for it.
    private string UserData =>
        $"""
        #!/bin/sh
        exec >/dev/ttyS0
        echo
        sed 's/^/{Proof} key /' /home/debian/.ssh/authorized_keys
        {MoreUserData}
        echo "{Proof} user data ran on $(hostname)"

        """;

    private static string StatusOf(JsonElement machine) => Text(machine, "status_name");

    private static string Text(JsonElement machine, string name) => machine.TryGetProperty(name, out var value) ? $"{value}" : "";

    private void Begin() => (_stage, _consoleAtStage) = (timeProvider.GetTimestamp(), Machine.Console.Position);

    private void Expect(string status, JsonElement machine)
    {
        if (StatusOf(machine) != status)
            throw new JourneyException(
                $"{Machine.Name} is '{StatusOf(machine)}' instead of '{status}'", Machine.Console.Since(_consoleAtStage));
        Report(status);
    }

    private void Report(string status) => progress?.Report(new JourneyStep(Machine.Name, status, timeProvider.GetElapsedTime(_stage)));
}

/// <summary>A machine did not get where it should; the message ends with its console.</summary>
public sealed class JourneyException(
    string what,
    string console) : Exception($"{what}. Its console since the stage began:\n{Last(console, 60)}")
{
    private static string Last(string text, int lines) => string.Join('\n', text.Split('\n').TakeLast(lines));
}
