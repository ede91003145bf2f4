using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Maas.Boot;
using Maas.Core;
using Maas.Core.Accounts;
using Maas.Core.Nodes;
using Maas.Hosting.Link;
using Maas.Hosting.Nodes;
using Maas.Install.Recipes;
using Microsoft.Extensions.Logging;

namespace Maas.Hosting.Policy;

/// <summary>Translates Core's intent for a machine into Boot's instruction. It decides nothing, and moves nothing.</summary>
/// <param name="machines">Who is known.</param>
/// <param name="devices">Nodes that are known and not installed: what handed-over machines have become among them.</param>
/// <param name="tags">The machines' tags, whose kernel options are appended.</param>
/// <param name="tokens">Makes the one-time token of a boot.</param>
/// <param name="environment">What the ephemeral environment's files are called, when there is one.</param>
/// <param name="owners">Who has an address.</param>
/// <param name="options">The operator's wishes.</param>
/// <param name="links">The links that machines boot from.</param>
/// <param name="web">Where machines reach the web host.</param>
/// <param name="received">What machines received last.</param>
/// <param name="logger">The log.</param>
/// <param name="installers">The install recipes; <see langword="null"/> when only images are installed.</param>
internal sealed partial class MachineBootPolicy(
    Machines machines, Devices devices, Tags tags, BootTokens tokens, IEphemeralEnvironment environment, IAddressResolver owners,
    MaasOptions options, ServedLinks links, WebAddress web, ReceivedBootFiles received, ILogger<MachineBootPolicy> logger,
    RecipeCatalog? installers = null)
    : IBootPolicy
{
    private const int MostReported = 64;

    // In MiB, a little less than the 768 that such a machine has: firmware keeps some.
    private const int MemoryForTools = 700;

    // A handful: the registry's architectures, and the words that administrators give machines.
    private readonly ConcurrentDictionary<string, bool> _reported = new(StringComparer.Ordinal);
    private readonly RecentArchitectures _architectures = new(capacity: 65_536);

    /// <inheritdoc/>
    public async ValueTask<BootInstruction?> DecideAsync(BootRequest question, CancellationToken cancellationToken)
    {
        if (question.Hardware.ToMacAddress() is not { IsUnicast: true } address) return null;
        var machine = await machines.FindByMacAsync(address, cancellationToken).ConfigureAwait(false);
        var client = ClientOf(question, address, machine);
        var intent = machine?.NextBoot ?? await WithoutMachineAsync(address, cancellationToken).ConfigureAwait(false);
        var (instruction, token) = await FollowAsync(BootChoice.For(intent, client), question, address, machine, client, cancellationToken)
            .ConfigureAwait(false);
        if (machine is not null && instruction is not null)
            await RecordAsync(machine, question, instruction, token, cancellationToken).ConfigureAwait(false);
        return instruction;
    }

    private async ValueTask<(BootInstruction? Instruction, Secret? Token)> FollowAsync(
        BootChoice choice, BootRequest question, MacAddress address, Machine? machine, BootClient client,
        CancellationToken cancellationToken)
    {
        switch (choice)
        {
            case BootChoice.Fixed each:
                return (each.Instruction, null);
            case BootChoice.Environment { NeedsToken: true }:
                // only a known machine has these
                return await WithTokenAsync(question, address, machine!, client.Architecture, cancellationToken).ConfigureAwait(false);
            case BootChoice.Environment:
                return (
                    Kernel(question.ServerAddress, address, environment.FilesFor(client.Architecture), token: null, EphemeralTools.None),
                    null);
            case BootChoice.Installer:
                return await InstallerAsync(question, address, machine!, cancellationToken).ConfigureAwait(false);
            case BootChoice.NotServed { Asked: var asked, Served: var served }:
                if (_reported.Count < MostReported && _reported.TryAdd(asked, true))
                    LogArchitectureNotServed(asked, question.Hardware, served);
                return default;
            default:
                return default;
        }
    }

    // Only a client without an environment needs the look into the folder of programs.
    private BootClient ClientOf(BootRequest question, MacAddress address, Machine? machine)
    {
        var client = new BootClient(
            question.Phase, question.Architecture, ArchitectureOf(question, address, machine), environment.Architectures,
            HasProgram: false);
        return client.IsServed ? client : client with { HasProgram = HasProgramFor(question.Architecture) };
    }

    private bool HasProgramFor(BootArchitecture? firmware) =>
        firmware is { } known && options.Programs[known] is { } program && File.Exists(Path.Combine(options.ProgramDirectory, program));

    /// <summary>
    /// The architecture that the firmware tells, or told in its last DHCP message, else what is known of the machine;
    /// <see langword="null"/> for a client of which nothing is known.
    /// </summary>
    private string? ArchitectureOf(BootRequest question, MacAddress address, Machine? machine)
    {
        if (question.Architecture is { } told) _architectures.Remember(address, told);
        return (question.Architecture ?? _architectures.Find(address)) is { } firmware ? FirmwareArchitecture.NameOf(firmware)
            : machine?.Architecture.Split('/')[0];
    }

    // A device is left alone: it gets no boot file, and its firmware goes on to its disk.
    private async ValueTask<BootIntent> WithoutMachineAsync(MacAddress address, CancellationToken cancellationToken) =>
        options.EnlistUnknownMachines && await devices.FindByMacAsync(address, cancellationToken).ConfigureAwait(false) is null
            ? new BootIntent.Ephemeral(EphemeralTask.Enlist)
            : new BootIntent.None();

    private async ValueTask<(BootInstruction? Instruction, Secret? Token)> WithTokenAsync(
        BootRequest question, MacAddress address, Machine machine, string? architecture, CancellationToken cancellationToken)
    {
        // Over DHCP only the kind of instruction matters; the token is made for the script that will be run.
        var tools = ToolsFor(machine);
        var files = environment.FilesFor(architecture);
        if (question.Phase == BootPhase.Discovery || files is null)
            return (Kernel(question.ServerAddress, address, files, token: null, tools), null);
        return await IssueAsync(question, address, machine, isInstaller: false, cancellationToken).ConfigureAwait(false) is { } token
            ? (Kernel(
                question.ServerAddress, address, files, token, tools,
                await TagOptionsAsync(machine, cancellationToken).ConfigureAwait(false)), token)
            : default;
    }

    // A machine with less memory erases by overwriting, which needs no tools.
    private static EphemeralTools ToolsFor(Machine machine) => machine.NextBoot switch
    {
        BootIntent.Install { Image.IsRootArchive: true } => EphemeralTools.Install,
        // Release scripts and the erasure after them share a boot.
        BootIntent.Ephemeral(EphemeralTask.Erase or EphemeralTask.Release)
            when machine is { Erase: EraseMode.Secure, MemoryMiB: >= MemoryForTools } => EphemeralTools.Install,
        BootIntent.Ephemeral(EphemeralTask.Rescue) => EphemeralTools.Rescue,
        // The kernel mounts a squashfs; other archives are unpacked, and the environment itself has an SSH server.
        BootIntent.Ephemeral(EphemeralTask.Run) => machine.Deployment?.Image switch
        {
            null => EphemeralTools.Rescue,
            { FileType: "squashfs" } => EphemeralTools.None,
            _ => EphemeralTools.Install,
        },
        BootIntent.Ephemeral => (machine.ConfiguresBmc ? EphemeralTools.Bmc : EphemeralTools.None)
            | (machine.SshEnabledBy is null ? EphemeralTools.None : EphemeralTools.Rescue),
        _ => EphemeralTools.None,
    };

    /// <summary>The installer of the machine's recipe, with the one-time token in the URL of its answer files.</summary>
    private async ValueTask<(BootInstruction? Instruction, Secret? Token)> InstallerAsync(
        BootRequest question, MacAddress address, Machine machine, CancellationToken cancellationToken)
    {
        if (installers?.Find(machine) is not { } recipe)
        {
            LogNoRecipe(machine.Id, machine.Deployment?.Recipe ?? "");
            return default;
        }

        if (!web.IsKnown) return default;
        if (question.Phase == BootPhase.Discovery)
            return (InstallerBoots.For(recipe.Boot, Places(question.ServerAddress, address, machine, recipe, null, [])), null);
        return await IssueAsync(question, address, machine, isInstaller: true, cancellationToken).ConfigureAwait(false) is { } token
            ? (InstallerBoots.For(
                recipe.Boot,
                Places(
                    question.ServerAddress, address, machine, recipe, token,
                    await TagOptionsAsync(machine, cancellationToken).ConfigureAwait(false))), token)
            : default;
    }

    /// <summary>A token for the machine's script; <see langword="null"/> when nothing shows that it goes to the machine.</summary>
    private async ValueTask<Secret?> IssueAsync(
        BootRequest question, MacAddress address, Machine machine, bool isInstaller, CancellationToken cancellationToken)
    {
        // Anyone may ask for anyone's script. A token goes only to an address that the machine is seen to have: not to be seen is no
        // evidence.
        if (question.ClientAddress is not { } client) return null;
        if (await owners.FindEvidenceAsync(question.Hardware, client, cancellationToken).ConfigureAwait(
            false) is not AddressEvidence.Client and var evidence)
        {
            LogNoToken(logger, machine.Id, question.Hardware, client, evidence is AddressEvidence.Another ? "another host has the address"
                : "the host at the address did not answer, or has no lease");
            return null;
        }

        // The environment speaks IPv4: which address it will have is not known to firmware that boots over IPv6. The hardware address is
        // the same at the trade.
        // An installer's DHCP client names itself in another way than the firmware's and gets another address, too; on a link of this
        // server its hardware address is seen.
        if (isInstaller)
        {
            var isSeen = client.AddressFamily == AddressFamily.InterNetworkV6 || links.Find(client)?.Neighbours is not null;
            return await tokens.IssueForInstallerAsync(machine.Id, client, isSeen ? address : null, cancellationToken)
                .ConfigureAwait(false);
        }

        return client.AddressFamily == AddressFamily.InterNetworkV6
            ? await tokens.IssueForHardwareAsync(machine.Id, address, cancellationToken).ConfigureAwait(false)
            : await tokens.IssueAsync(machine.Id, client, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// The kernel options of the machine's tags. Those that make the line longer than a boot program passes on are left out: the machine
    /// boots without them, and a warning names it.
    /// </summary>
    private async ValueTask<IReadOnlyList<string>> TagOptionsAsync(Machine machine, CancellationToken cancellationToken)
    {
        var all = await tags.GetKernelOptionsAsync(machine, cancellationToken).ConfigureAwait(false);
        var taken = new List<string>();
        var length = options.KernelOptions.Length;
        foreach (var each in all)
        {
            if (length + each.Length + 1 > KernelCommandLine.MaxOptions) break;
            taken.Add(each);
            length += each.Length + 1;
        }

        if (taken.Count < all.Count) LogOptionsTooLong(machine.Id, KernelCommandLine.MaxOptions, all.Count - taken.Count);
        return taken;
    }

    private BootInstruction.Kernel? Kernel(
        IPAddress? server, MacAddress address, EphemeralFileNames? files, Secret? token, EphemeralTools tools,
        IReadOnlyList<string>? tagOptions = null) =>
        files is not null && web.IsKnown
            ? new(files.Kernel, files.InitialRamDisks(tools),
            CommandLine(files, server, address, token, [options.KernelOptions, .. tagOptions ?? []]))
            : null;

    private string CommandLine(
        EphemeralFileNames files, IPAddress? server, MacAddress address, Secret? token, IReadOnlyList<string> all) =>
        files.RootFileSystem is { } root
            ? KernelCommandLine.ForCloudInit(ServerFor(server), new Uri(web.BootFiles(ServerFor(server).Host), root), address, token, all)
            : KernelCommandLine.For(ServerFor(server), address, token, all);

    // Over a Unix socket a request has no address of the server. The environment speaks IPv4.
    private Uri ServerFor(IPAddress? server) => web.Api(links.AddressFor(server) ?? IPAddress.Loopback);

    [LoggerMessage(120, LogLevel.Information, "No boot token for {SystemId}: {Client} asked for the script of {Mac}, and {Reason}")]
    private static partial void LogNoToken(ILogger logger, SystemId systemId, HardwareAddress mac, IPAddress client, string reason);

    [LoggerMessage(
        123, LogLevel.Error, "No boot file for {SystemId}: it is being deployed by the recipe {Recipe}, which this server does not have")]
    private partial void LogNoRecipe(SystemId systemId, string recipe);

    [LoggerMessage(
        122, LogLevel.Warning,
        "Kernel options of {SystemId} have more than {Limit} characters; it boots without the options of its last {Count} tags")]
    private partial void LogOptionsTooLong(SystemId systemId, int limit, int count);

    [LoggerMessage(
        121, LogLevel.Warning,
        "No boot file for machine {Mac}: there is no ephemeral environment for its architecture {Architecture}, only for {Served} "
        + "(logged once per architecture)")]
    private partial void LogArchitectureNotServed(string architecture, HardwareAddress mac, string served);
}
