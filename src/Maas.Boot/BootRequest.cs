using System.Net;

namespace Maas.Boot;

/// <summary>A client that asks what to boot. Everything in it came over the wire unauthenticated: it is evidence, not identity.</summary>
public sealed record BootRequest
{
    /// <summary>The hardware address that the client boots from.</summary>
    public required HardwareAddress Hardware { get; init; }

    /// <summary>How far the boot has come.</summary>
    public required BootPhase Phase { get; init; }

    /// <summary>The firmware's architecture (RFC 4578 section 2.1); <see langword="null"/> when the client has not told.</summary>
    public BootArchitecture? Architecture { get; init; }

    /// <summary>
    /// The SMBIOS UUID (RFC 4578 section 2.3) as the operating system shows it; <see langword="null"/> when absent or all zeros.
    /// </summary>
    public Guid? MachineUuid { get; init; }

    /// <summary>
    /// The address the client has or is about to be given; <see langword="null"/> when not known (proxy-DHCP, before the request).
    /// </summary>
    public IPAddress? ClientAddress { get; init; }

    /// <summary>This server's address as the client reaches it; what URLs handed to the client must name.</summary>
    public IPAddress? ServerAddress { get; init; }

    /// <summary>
    /// The normalised name of the script that the client fetches, <c>ipxe/52-54-00-12-34-56</c>; <see langword="null"/> before the script.
    /// </summary>
    public string? ScriptName { get; init; }
}

/// <summary>How far a boot has come when the policy is asked.</summary>
public enum BootPhase
{
    /// <summary>The client looks for a boot server; only <em>whether</em> and <em>what kind</em> of instruction matters yet.</summary>
    Discovery,

    /// <summary>The client fetches its script and will do what it says next: secrets for this boot are made now.</summary>
    Script,
}
