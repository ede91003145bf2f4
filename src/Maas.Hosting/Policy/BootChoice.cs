using System.Diagnostics;
using Maas.Boot;
using Maas.Core.Nodes;

namespace Maas.Hosting.Policy;

/// <summary>What a machine's intent comes to for one client: the pure part of <see cref="MachineBootPolicy"/>.</summary>
/// <param name="Rule">Which rule decided, in words.</param>
internal abstract record BootChoice(string Rule)
{
    private static readonly BootInstruction LocalDisk = new BootInstruction.LocalDisk();
    private static readonly BootInstruction PowerOff = new BootInstruction.PowerOff();

    /// <summary>No answer.</summary>
    /// <param name="Rule">Which rule decided.</param>
    public sealed record Nothing(string Rule) : BootChoice(Rule);

    /// <summary>No answer: the environment is for another architecture.</summary>
    /// <param name="Asked">The client's architecture.</param>
    /// <param name="Served">The environments'.</param>
    public sealed record NotServed(string Asked, string Served)
        : BootChoice($"there is no ephemeral environment for {Asked}, only for {Served}");

    /// <summary>An instruction that takes no environment.</summary>
    /// <param name="Instruction">The instruction.</param>
    /// <param name="Rule">Which rule decided.</param>
    public sealed record Fixed(BootInstruction Instruction, string Rule) : BootChoice(Rule);

    /// <summary>The ephemeral environment.</summary>
    /// <param name="NeedsToken">Whether the machine is known, and gets a one-time token.</param>
    /// <param name="Rule">Which rule decided.</param>
    public sealed record Environment(bool NeedsToken, string Rule) : BootChoice(Rule);

    /// <summary>The installer of the machine's recipe.</summary>
    /// <param name="Rule">Which rule decided.</param>
    public sealed record Installer(string Rule) : BootChoice(Rule);

    /// <summary>Chooses.</summary>
    /// <param name="intent">What the machine is to boot.</param>
    /// <param name="client">The client.</param>
    public static BootChoice For(BootIntent intent, BootClient client) => intent switch
    {
        BootIntent.None => new Nothing("its status, or the option EnlistUnknownMachines, says not to answer"),
        BootIntent.LocalDisk => WithoutEnvironment(client, LocalDisk, "its status boots from its disk"),
        BootIntent.Ephemeral { Task: EphemeralTask.PowerOff } => WithoutEnvironment(client, PowerOff, "its status has nothing to boot"),
        BootIntent.Installer { Recipe: var recipe } => new Installer($"its status installs by the recipe {recipe}"),
        _ when !client.IsServed => new NotServed(client.Architecture ?? "", string.Join(" and ", client.Served)),
        BootIntent.Ephemeral { Task: EphemeralTask.Enlist } => new Environment(NeedsToken: false, "its status makes it known (enlist)"),
        BootIntent.Ephemeral { Task: var task } => new Environment(NeedsToken: true, $"its status runs the task {task}"),
        BootIntent.Install { Image: var image } => new Environment(NeedsToken: true, $"its status installs {image.Name}"),
        _ => throw new UnreachableException(),
    };

    /// <summary>
    /// What takes no environment, a boot program at most. A client that asks for its script runs one; firmware gets one only if there is
    /// one for it, and U-Boot and a Raspberry Pi need none.
    /// </summary>
    private static BootChoice WithoutEnvironment(BootClient client, BootInstruction instruction, string rule) =>
        client.Phase == BootPhase.Script || client.IsServed || client.HasProgram
            || client.Firmware is BootArchitecture.Arm32UBoot or BootArchitecture.Arm64UBoot or BootArchitecture.RaspberryPi
            ? new Fixed(instruction, rule)
            : new Nothing($"{rule}, and there is no boot program for {client.Architecture}");
}

/// <summary>The client of a boot request, as far as a choice depends on it.</summary>
/// <param name="Phase">How far the boot has come.</param>
/// <param name="Firmware">The firmware's architecture type; <see langword="null"/> when the request names none.</param>
/// <param name="Architecture">The architecture of the systems that it starts; <see langword="null"/> when not known.</param>
/// <param name="Served">The environments' architectures; none when only the maker of the environment knows.</param>
/// <param name="HasProgram">Whether the file of a boot program for the firmware exists.</param>
internal sealed record BootClient(
    BootPhase Phase, BootArchitecture? Firmware, string? Architecture, IReadOnlyList<string> Served, bool HasProgram)
{
    /// <summary>
    /// Whether there is an environment for it. A client of which no architecture is known gets the environment that there is.
    /// </summary>
    public bool IsServed => Served.Count == 0 || Architecture is null || Served.Contains(Architecture);
}
