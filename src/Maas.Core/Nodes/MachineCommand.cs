using System.Text.Json.Serialization;
using Maas.Core.Power;

namespace Maas.Core.Nodes;

/// <summary>
/// Something asked of a machine, by a person or by the machine itself, authenticated by the caller. Who may ask what
/// is decided by <see cref="MachineActor"/>, whether the machine's state allows it by <see cref="MachineStateMachine.Decide"/>, both on the
/// same version of the machine.
/// </summary>
public abstract record MachineCommand
{
    private MachineCommand() { }

    /// <summary>User name of the asker; <see langword="null"/> when the machine or the system itself does.</summary>
    public string? By { get; init; }

    /// <summary>The asker's reason; it goes into the event.</summary>
    public string? Comment { get; init; }

    /// <summary>The id of the operation that begins with it, if one does; <see cref="Machines.ExecuteAsync"/> fills it in.</summary>
    public Guid OperationId { get; init; }

    /// <summary>Accepts an enlisted machine: commissions it. Nothing happens to one that is Commissioning or Ready.</summary>
    public sealed record Accept : MachineCommand;

    /// <summary>Boots it to take inventory and run the scripts.</summary>
    public sealed record Commission : MachineCommand
    {
        /// <summary>Names of the tests to run; <see langword="null"/> for all, empty for none.</summary>
        public IReadOnlyList<string>? TestingScripts { get; init; }
    }

    /// <summary>Runs the testing scripts.</summary>
    public sealed record Test : MachineCommand
    {
        /// <summary>Names of the tests to run; <see langword="null"/> for all, empty for none.</summary>
        public IReadOnlyList<string>? TestingScripts { get; init; }
    }

    /// <summary>Gives it to <paramref name="Owner"/>. Prefer <see cref="Machines.AllocateAsync"/>, which chooses.</summary>
    /// <param name="Owner">User name of the new owner.</param>
    public sealed record Allocate(string Owner) : MachineCommand
    {
        /// <summary>Key of the API token used; API 1.0 lists by it.</summary>
        public string? TokenKey { get; init; }

        /// <summary>What the client calls itself.</summary>
        public string AgentName { get; init; } = "";
    }

    /// <summary>Installs an image. A Ready machine is allocated to <see cref="Owner"/> first.</summary>
    /// <param name="Owner">User name of the owner-to-be; another's machine is refused.</param>
    public sealed record Deploy(string Owner) : MachineCommand
    {
        /// <summary>Key of the API token used.</summary>
        public string? TokenKey { get; init; }

        /// <summary>What the client calls itself; <see langword="null"/> keeps what the allocation said.</summary>
        public string? AgentName { get; init; }

        /// <summary>Operating system family asked for; empty for any.</summary>
        public string OsSystem { get; init; } = "";

        /// <summary>Series asked for, <c>noble</c> or <c>ubuntu/noble</c>; empty for the newest image that fits.</summary>
        public string DistroSeries { get; init; } = "";

        /// <summary>Kernel asked for; empty for the image's own.</summary>
        public string HweKernel { get; init; } = "";

        /// <summary>What the installed system's cloud-init gets; <see langword="null"/> for nothing.</summary>
        [JsonConverter(typeof(UserDataJsonConverter))]
        public ReadOnlyMemory<byte>? UserData { get; init; }

        /// <summary>
        /// The image; <see langword="null"/> lets <see cref="Machines.ExecuteAsync"/> choose one by the two fields above.
        /// </summary>
        public ImageReference? Image { get; init; }
    }

    /// <summary>Takes it back from its owner. Nothing happens to one that is Ready or Releasing.</summary>
    public sealed record Release : MachineCommand
    {
        /// <summary>How to erase its disks first; <see langword="null"/> for not at all.</summary>
        public EraseMode? Erase { get; init; }
    }

    /// <summary>Stops commissioning, deploying, testing or erasing.</summary>
    public sealed record Abort : MachineCommand;

    /// <summary>Marks it broken; <see cref="MachineCommand.Comment"/> says why.</summary>
    public sealed record MarkBroken : MachineCommand;

    /// <summary>Marks it whole again.</summary>
    public sealed record MarkFixed : MachineCommand;

    /// <summary>Refuses changes by its owner from now on.</summary>
    public sealed record Lock : MachineCommand;

    /// <summary>Ends <see cref="Lock"/>.</summary>
    public sealed record Unlock : MachineCommand;

    /// <summary>Accepts it in spite of failed tests.</summary>
    public sealed record OverrideFailedTesting : MachineCommand;

    /// <summary>Boots it for a person to look at.</summary>
    public sealed record EnterRescueMode : MachineCommand;

    /// <summary>Ends rescue mode and returns to where it was.</summary>
    public sealed record ExitRescueMode : MachineCommand;

    /// <summary>Turns it on; it must have an owner.</summary>
    public sealed record TurnOn : MachineCommand
    {
        /// <summary>Replaces the user data of a machine that is being deployed; <see langword="null"/> leaves it.</summary>
        [JsonConverter(typeof(UserDataJsonConverter))]
        public ReadOnlyMemory<byte>? UserData { get; init; }
    }

    /// <summary>Turns it off.</summary>
    public sealed record TurnOff : MachineCommand
    {
        /// <summary>Whether its operating system is asked to shut down, instead of cutting the power.</summary>
        public bool Soft { get; init; }
    }

    /// <summary>Asks for its power state; the answer arrives later.</summary>
    public sealed record QueryPower : MachineCommand;

    /// <summary>The machine reports on what it is doing in the ephemeral environment (metadata <c>op=signal</c>).</summary>
    /// <param name="Report">How it goes.</param>
    /// <param name="Error">Its words; <see langword="null"/> for none.</param>
    public sealed record Signal(SignalReport Report, string? Error) : MachineCommand
    {
        /// <summary>
        /// Names of scripts of this operation that failed or were left out; filled in by <see cref="Machines.ExecuteAsync"/>.
        /// </summary>
        public IReadOnlyList<string> FailedScripts { get; init; } = [];

        /// <summary>
        /// Whether the failure is a test's: all commissioning scripts passed. Filled in by <see cref="Machines.ExecuteAsync"/>.
        /// </summary>
        public bool OnlyTestsFailed { get; init; }
    }

    /// <summary>The installer says that the system is on the disk: no more network boots.</summary>
    public sealed record NetbootOff : MachineCommand;

    /// <summary>The machine is to boot from the network again.</summary>
    public sealed record NetbootOn : MachineCommand;

    /// <summary>The installed system took its user data: it is up.</summary>
    public sealed record UserDataFetched : MachineCommand;

    /// <summary>cloud-init's reporter says that a stage ended.</summary>
    /// <param name="Stage">Its name, such as <c>modules-final</c>.</param>
    /// <param name="Succeeded">Whether it ended well.</param>
    /// <param name="Detail">The reporter's words.</param>
    public sealed record StageFinished(string Stage, bool Succeeded, string Detail) : MachineCommand;

    /// <summary>Nothing was heard in time.</summary>
    public sealed record DeadlinePassed : MachineCommand
    {
        /// <summary>
        /// Why its power action that is still being tried failed last; filled in by <see cref="Machines.ExecuteAsync"/>,
        /// <see langword="null"/> for none.
        /// </summary>
        public string? PowerFailure { get; init; }
    }

    /// <summary>A power effect was carried out.</summary>
    /// <param name="Effect">Which.</param>
    /// <param name="State">The power state as known now.</param>
    /// <param name="Note">What a person should know or do; <see langword="null"/> for nothing.</param>
    public sealed record PowerDone(MachineEffect.Power Effect, MachinePowerState State, string? Note) : MachineCommand;

    /// <summary>A power effect was given up.</summary>
    /// <param name="Effect">Which.</param>
    /// <param name="Reason">Why, without secrets.</param>
    public sealed record PowerFailed(MachineEffect.Power Effect, string Reason) : MachineCommand;
}

/// <summary>How it goes in the ephemeral environment.</summary>
public enum SignalReport
{
    /// <summary>Still at it: the deadline is renewed.</summary>
    Working,

    /// <summary>All done.</summary>
    Ok,

    /// <summary>It failed.</summary>
    Failed,

    /// <summary>Commissioning is done and testing begins.</summary>
    Testing,
}
