using System.Text.Json.Serialization;
using Maas.Core.Network.Interfaces;
using Maas.Core.Scripts;
using Maas.Core.Storage;

namespace Maas.Core.Nodes;

/// <summary>
/// What a user asks of a machine. <see cref="MachineActor"/> decides who may ask, and the machine's state whether it is possible, both on
/// the
/// same version of the machine.
/// </summary>
public abstract record MachineCommand : MachineInput
{
    private MachineCommand() { }

    /// <summary>The user's reason; it is added to the event.</summary>
    public string? Comment { get; init; }

    /// <summary>Accepts an enlisted machine: commissions it. Nothing happens to one that is Commissioning or Ready.</summary>
    public sealed record Accept : MachineCommand;

    /// <summary>Boots it to take inventory and run the scripts.</summary>
    public sealed record Commission : MachineCommand
    {
        /// <summary>
        /// Names, ids or tags of commissioning scripts; <see langword="null"/> for the usual ones. The inventory is always taken.
        /// </summary>
        public IReadOnlyList<string>? CommissioningScripts { get; init; }

        /// <summary>
        /// Names, ids or tags of tests, empty for none; <see langword="null"/> for those with the tag <c>commissioning</c>.
        /// </summary>
        public IReadOnlyList<string>? TestingScripts { get; init; }

        /// <summary>Values of the scripts' parameters (<see cref="ScriptRequest.Values"/>).</summary>
        public IReadOnlyDictionary<string, string> ScriptValues { get; init; } = new Dictionary<string, string>();

        /// <summary>Whether the configuration of its interfaces stays as it is; otherwise it begins anew with what is found.</summary>
        public bool SkipNetworking { get; init; }

        /// <summary>Whether the configuration of its storage stays as it is; otherwise it begins anew with the default layout.</summary>
        public bool SkipStorage { get; init; }

        /// <summary>
        /// Whether its management controller stays as it is; otherwise the environment looks for one, creates a user on it, and reports
        /// how the machine is turned on and off, unless a user has set that.
        /// </summary>
        public bool SkipBmcConfig { get; init; }

        /// <summary>
        /// Whether the environment has an SSH server for the actor's SSH keys, and stays on when its scripts have ended. Default
        /// <see langword="false"/>: it is turned off then.
        /// </summary>
        public bool EnableSsh { get; init; }
    }

    /// <summary>Runs the testing scripts.</summary>
    public sealed record Test : MachineCommand
    {
        /// <summary>
        /// Names, ids or tags of tests, empty for none; <see langword="null"/> for those with the tag <c>commissioning</c>.
        /// </summary>
        public IReadOnlyList<string>? TestingScripts { get; init; }

        /// <summary>Values of the tests' parameters (<see cref="ScriptRequest.Values"/>).</summary>
        public IReadOnlyDictionary<string, string> ScriptValues { get; init; } = new Dictionary<string, string>();

        /// <summary>
        /// Whether the environment has an SSH server for the actor's SSH keys, and stays on when its scripts have ended. Default
        /// <see langword="false"/>: it is turned off then.
        /// </summary>
        public bool EnableSsh { get; init; }
    }

    /// <summary>Gives it to <paramref name="Owner"/>. Prefer <see cref="Machines.AllocateAsync"/>, which chooses.</summary>
    /// <param name="Owner">User name of the new owner.</param>
    public sealed record Allocate(string Owner) : MachineCommand
    {
        /// <summary>Key of the API token used; API 1.0 lists by it.</summary>
        public string? TokenKey { get; init; }

        /// <summary>What the client calls itself.</summary>
        public string AgentName { get; init; } = "";

        /// <summary>
        /// The parameters of bridges that are made of its configured interfaces until it is released; <see langword="null"/> for none.
        /// </summary>
        public BridgeParameters? Bridges { get; init; }

        /// <summary>The version of the machine that was found to fit; another one is refused. <see langword="null"/> for any.</summary>
        internal long? ExpectedVersion { get; init; }
    }

    /// <summary>Installs an image, or an operating system by a recipe. A Ready machine is allocated to <see cref="Owner"/> first.</summary>
    /// <param name="Owner">User name of the owner-to-be; another's machine is refused.</param>
    public sealed record Deploy(string Owner) : MachineCommand
    {
        /// <summary>Key of the API token used.</summary>
        public string? TokenKey { get; init; }

        /// <summary>What the client calls itself; <see langword="null"/> keeps what the allocation said.</summary>
        public string? AgentName { get; init; }

        /// <summary>
        /// The bridges to make of the configured interfaces until the machine is released; <see langword="null"/> for none. A machine that
        /// is allocated already keeps the interfaces that it has.
        /// </summary>
        public BridgeParameters? Bridges { get; init; }

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
        /// Whether the machine is handed over as soon as cloud-init has finished: its system keeps running without this server
        /// (<see cref="Machines.HandOverAsync"/>).
        /// </summary>
        public bool HandOver { get; init; }

        /// <summary>
        /// Whether the system runs in memory and no disk is written (<see cref="Deployment.Ephemeral"/>). It takes a root archive; with
        /// <see cref="Deployment.EnvironmentSystem"/> and <see cref="Deployment.EnvironmentSeries"/>, or when neither a system is named
        /// nor a root archive is the default, the ephemeral environment itself stays up. Default <see langword="false"/>.
        /// </summary>
        public bool Ephemeral { get; init; }

        /// <summary>
        /// The image; <see langword="null"/> lets <see cref="Machines.ExecuteAsync"/> choose one by the two fields above.
        /// </summary>
        public ImageReference? Image { get; init; }

        /// <summary>
        /// The recipe whose installer installs the system; <see langword="null"/> lets <see cref="Machines.ExecuteAsync"/> choose one when
        /// no image fits. Without effect beside <see cref="Image"/>.
        /// </summary>
        public string? Recipe { get; init; }

        /// <summary>How long the recipe's installation may be silent; filled in by <see cref="Machines.ExecuteAsync"/>.</summary>
        internal TimeSpan? ReportTimeout { get; init; }

        /// <summary>
        /// Whether the installed system reports its hardware from time to time (setting <c>hardware_sync_interval</c>), through
        /// cloud-init's vendor data.
        /// </summary>
        public bool SyncHardware { get; init; }

        /// <summary>How often it does; filled in by <see cref="Machines.ExecuteAsync"/>.</summary>
        internal TimeSpan? SyncInterval { get; init; }

        /// <summary>
        /// Names, ids or tags of deployment scripts, which run in the ephemeral environment before and after an image is written; empty
        /// for none, <see langword="null"/> for all without the tag <c>noauto</c> that overwrite no disks. Without effect on a recipe.
        /// </summary>
        public IReadOnlyList<string>? DeploymentScripts { get; init; }

        /// <summary>Values of the deployment scripts' parameters (<see cref="ScriptRequest.Values"/>).</summary>
        public IReadOnlyDictionary<string, string> ScriptValues { get; init; } = new Dictionary<string, string>();

        /// <summary>
        /// What a root archive is unpacked onto, or an installer carries out, or why it cannot be; <see langword="null"/> for images of
        /// disks, and for installers that partition by their own rules.
        /// </summary>
        internal DiskPlanResult? Plan { get; init; }

        /// <summary>What the recipe would leave out (<see cref="RecipeLimits"/>); <see cref="Machines.ExecuteAsync"/> sets it.</summary>
        internal IReadOnlyList<string> Omissions { get; init; } = [];
    }

    /// <summary>Takes it back from its owner. Nothing happens to one that is Ready or Releasing.</summary>
    public sealed record Release : MachineCommand
    {
        /// <summary>How to erase its disks first; <see langword="null"/> for not at all.</summary>
        public EraseMode? Erase { get; init; }

        /// <summary>
        /// Names, ids or tags of release scripts, which run in the ephemeral environment before the erasure; empty for none. The machine
        /// is free when they have passed, and <see cref="MachineStatus.FailedReleasing"/> when one failed.
        /// </summary>
        public IReadOnlyList<string> Scripts { get; init; } = [];

        /// <summary>Values of the release scripts' parameters (<see cref="ScriptRequest.Values"/>).</summary>
        public IReadOnlyDictionary<string, string> ScriptValues { get; init; } = new Dictionary<string, string>();
    }

    /// <summary>Stops commissioning, deploying, testing, erasing or release scripts.</summary>
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

    /// <summary>
    /// Restarts it from an ISO image that its controller has as virtual media, instead of from the network or a disk, once. The image is
    /// ejected when the machine is released, and before the next operation that boots it.
    /// </summary>
    /// <param name="Image">Where the controller fetches the image from (<see cref="TryParseImage"/>).</param>
    public sealed record BootMedia(Uri Image) : MachineCommand
    {
        private const int LongestImage = 1024;

        /// <summary>Reads the URL of an image; <see langword="false"/> when it cannot be one.</summary>
        /// <param name="text">The URL.</param>
        /// <param name="image">The URL, if it may be used.</param>
        /// <param name="problem">What is wrong with it, as a sentence; empty when nothing is.</param>
        public static bool TryParseImage(string text, out Uri? image, out string problem)
        {
            image = text.Length <= LongestImage && Uri.TryCreate(text, UriKind.Absolute, out var url) ? url : null;
            problem = image is null ? "This is not the URL of an image." : WhyNot(image) ?? "";
            if (problem.Length > 0) image = null;
            return image is not null;
        }

        /// <summary>Why a controller is not asked to fetch an image; <see langword="null"/> when it may be.</summary>
        internal static string? WhyNot(Uri image) => image switch
        {
            { IsAbsoluteUri: false } => "This is not the URL of an image.",
            { Scheme: not ("http" or "https") } => "The controller fetches the image over http or https.",
            { OriginalString.Length: > LongestImage } => $"The URL has at most {LongestImage} characters.",
            // The URL is in the machine's events, and the controller shows it, too.
            { UserInfo.Length: > 0 } or { Query.Length: > 0 } or { Fragment.Length: > 0 } =>
                "The URL has no user, query or fragment: it is no place for a secret.",
            { IsLoopback: true } => "The controller fetches the image: name a host that it reaches, not this one by its loopback address.",
            _ => null,
        };
    }

    /// <summary>Takes the image out of its virtual drive. The power stays as it is.</summary>
    public sealed record EjectMedia : MachineCommand;

    /// <summary>Asks for its power state; the answer arrives later.</summary>
    public sealed record QueryPower : MachineCommand;
}
