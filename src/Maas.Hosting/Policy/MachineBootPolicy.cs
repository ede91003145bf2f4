using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Maas.Boot;
using Maas.Core;
using Maas.Core.Accounts;
using Maas.Core.Nodes;
using Maas.Hosting.Link;
using Microsoft.Extensions.Logging;

namespace Maas.Hosting.Policy;

/// <summary>Translates Core's intent for a machine into Boot's instruction. It decides nothing, and moves nothing.</summary>
/// <param name="machines">Who is known.</param>
/// <param name="tokens">Makes the one-time token of a boot.</param>
/// <param name="environment">What the ephemeral environment's files are called, when there is one.</param>
/// <param name="owners">Who has an address.</param>
/// <param name="options">The operator's wishes.</param>
/// <param name="links">The links that machines boot from.</param>
/// <param name="web">Where machines reach the web host.</param>
/// <param name="logger">The log.</param>
internal sealed partial class MachineBootPolicy(
    Machines machines, BootTokens tokens, IEphemeralEnvironment environment, IAddressResolver owners, MaasOptions options,
    ServedLinks links, WebAddress web, ILogger<MachineBootPolicy> logger) : IBootPolicy
{
    private const int MostReported = 64;
    private static readonly BootInstruction S_localDisk = new BootInstruction.LocalDisk();
    private static readonly BootInstruction S_powerOff = new BootInstruction.PowerOff();

    // A handful: the registry's architectures, and the words that administrators give machines.
    private readonly ConcurrentDictionary<string, bool> _reported = new(StringComparer.Ordinal);
    private readonly RecentArchitectures _architectures = new(capacity: 65_536);

    /// <inheritdoc/>
    public async ValueTask<BootInstruction?> DecideAsync(BootRequest question, CancellationToken cancellationToken)
    {
        if (question.Hardware.ToMacAddress() is not { IsUnicast: true } address) return null;
        var machine = await machines.FindByMacAsync(address, cancellationToken).ConfigureAwait(false);
        return (machine?.NextBoot ?? Unknown()) switch
        {
            BootIntent.None => null,
            BootIntent.LocalDisk => WithoutEnvironment(question, address, machine, S_localDisk),
            BootIntent.Ephemeral { Task: EphemeralTask.PowerOff } => WithoutEnvironment(question, address, machine, S_powerOff),
            _ when !HasEnvironmentFor(question, address, machine) => null,
            BootIntent.Ephemeral { Task: EphemeralTask.Enlist } => Kernel(question, address, token: null),
            // only a known machine has these
            BootIntent.Ephemeral or BootIntent.Install =>
                await WithTokenAsync(question, address, machine!.Id, cancellationToken).ConfigureAwait(false),
            _ => throw new UnreachableException(),
        };
    }

    /// <summary>
    /// What takes no environment, a boot program at most. A client that asks for its script runs one; firmware gets one only if there is
    /// one for it, and U-Boot and a
    /// Raspberry Pi need none.
    /// </summary>
    private BootInstruction? WithoutEnvironment(BootRequest question, MacAddress address, Machine? machine, BootInstruction instruction)
    {
        var architecture = ArchitectureOf(question, address, machine);
        var isServed = question.Phase == BootPhase.Script || environment.Architecture is not { } served || architecture is null
            || architecture == served
            || question.Architecture is BootArchitecture.Arm32UBoot or BootArchitecture.Arm64UBoot or BootArchitecture.RaspberryPi
            || (question.Architecture is { } firmware && options.Programs[firmware] is { } program
            && File.Exists(Path.Combine(options.ProgramDirectory, program)));
        return isServed ? instruction : null;
    }

    /// <summary>
    /// Whether there is an environment for the client's architecture. A client of which nothing tells one gets the environment that there
    /// is.
    /// </summary>
    private bool HasEnvironmentFor(BootRequest question, MacAddress address, Machine? machine)
    {
        if (environment.Architecture is not { } served || ArchitectureOf(question, address, machine) is not { } asked || asked == served)
            return true;
        if (_reported.Count < MostReported && _reported.TryAdd(asked, true)) LogArchitectureNotServed(asked, question.Hardware, served);
        return false;
    }

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

    private BootIntent Unknown() => options.EnlistUnknownMachines ? new BootIntent.Ephemeral(EphemeralTask.Enlist) : new BootIntent.None();

    private async ValueTask<BootInstruction?> WithTokenAsync(
        BootRequest question, MacAddress address, SystemId machine, CancellationToken cancellationToken)
    {
        // Over DHCP only the kind of instruction matters; the token is made for the script that will be run.
        if (question.Phase == BootPhase.Discovery || environment.Files is null) return Kernel(question, address, token: null);
        // Anyone may ask for anyone's script. A token goes only to an address that the machine is seen to have: not to be seen is no
        // evidence.
        if (question.ClientAddress is not { } client) return null;
        if (await owners.FindEvidenceAsync(question.Hardware, client, cancellationToken).ConfigureAwait(
            false) is not AddressEvidence.Client and var evidence)
        {
            LogNoToken(logger, machine, question.Hardware, client, evidence is AddressEvidence.Another ? "another host has the address"
                : "the host at the address did not answer, or has no lease");
            return null;
        }

        // The environment speaks IPv4: which address it will have is not known to firmware that boots over IPv6. The hardware address is
        // the same at the trade.
        return Kernel(question, address, client.AddressFamily == AddressFamily.InterNetworkV6
            ? await tokens.IssueForHardwareAsync(machine, address, cancellationToken).ConfigureAwait(false)
            : await tokens.IssueAsync(machine, client, cancellationToken).ConfigureAwait(false));
    }

    private BootInstruction.Kernel? Kernel(BootRequest question, MacAddress address, Secret? token) =>
        environment.Files is { } files && web.IsKnown
            ? new(files.Kernel, [files.InitialRamDisk],
            KernelCommandLine.For(ServerFor(question.ServerAddress), address, token, options.KernelOptions))
            : null;

    // Over a Unix socket a request has no address of the server. The environment speaks IPv4.
    private Uri ServerFor(IPAddress? server) => web.Api(links.AddressFor(server) ?? IPAddress.Loopback);

    [LoggerMessage(120, LogLevel.Information, "No boot token for {SystemId}: {Client} asked for the script of {Mac}, and {Reason}")]
    private static partial void LogNoToken(ILogger logger, SystemId systemId, HardwareAddress mac, IPAddress client, string reason);

    [LoggerMessage(
        121, LogLevel.Warning,
        "No boot file for machine {Mac}: there is no ephemeral environment for its architecture {Architecture}, only for {Served} (logged once per architecture)")]
    private partial void LogArchitectureNotServed(string architecture, HardwareAddress mac, string served);
}
