using Maas.Core.Inventory;
using Maas.Core.Power;
using Maas.Core.Topology;

namespace Maas.Core.Nodes;

/// <summary>What is known of a machine that is new here.</summary>
public sealed record NewMachine
{
    /// <summary><c>amd64</c> or <c>amd64/generic</c>.</summary>
    public string Architecture { get; init; } = Machine.DefaultArchitecture;

    /// <summary>
    /// Its network interfaces' addresses, the boot interface first; at least one (none for a machine of power type <c>ipmi</c>), at most
    /// 64.
    /// </summary>
    public IReadOnlyList<MacAddress> MacAddresses { get; init; } = [];

    /// <summary>
    /// Host name, with or without a domain; <see langword="null"/> for one made from the first address (<c>node-525400aabbcc</c>).
    /// </summary>
    public string? Hostname { get; init; }

    /// <summary>Domain; <see langword="null"/> for the default.</summary>
    public string? Domain { get; init; }

    /// <summary>SMBIOS UUID; <see langword="null"/> when not known.</summary>
    public string? HardwareUuid { get; init; }

    /// <summary>Logical processors; 0, the default, when not known.</summary>
    public int CpuCount { get; init; }

    /// <summary>Memory in MiB; 0, the default, when not known.</summary>
    public int MemoryMiB { get; init; }

    /// <summary>What its controller says of its make; <see langword="null"/>, the default, for nothing.</summary>
    public Identity? ControllerIdentity { get; init; }

    /// <summary>How it is turned on and off.</summary>
    public PowerSettings Power { get; init; } = PowerSettings.Manual;

    /// <summary>Free words.</summary>
    public string Description { get; init; } = "";

    /// <summary>Id of its zone.</summary>
    public long ZoneId { get; init; } = Zone.DefaultId;

    /// <summary>Id of its resource pool.</summary>
    public long PoolId { get; init; } = ResourcePool.DefaultId;

    /// <summary>The oldest kernel it may run; empty for any.</summary>
    public string MinHweKernel { get; init; } = "";

    /// <summary>Id to give it; <see langword="null"/> for a new one. API 1.0 wants the long form.</summary>
    public SystemId? Id { get; init; }
}

/// <summary>What became of a new machine.</summary>
public abstract record CreateResult
{
    private CreateResult() { }

    /// <summary>It is New.</summary>
    /// <param name="Machine">As stored.</param>
    public sealed record Created(Machine Machine) : CreateResult;

    /// <summary>It was here already, and stays as it was.</summary>
    /// <param name="Machine">As stored.</param>
    public sealed record Known(Machine Machine) : CreateResult;

    /// <summary>Nothing was stored: too many machines that made themselves known wait to be accepted or deleted.</summary>
    /// <param name="Reason">In words.</param>
    public sealed record Full(string Reason) : CreateResult;

    /// <summary>Nothing was stored.</summary>
    /// <param name="Field">The field at fault, by the API's name (<c>mac_addresses</c>, <c>hostname</c>, <c>architecture</c>).</param>
    /// <param name="Reason">In words.</param>
    public sealed record Refused(string Field, string Reason) : CreateResult
    {
        /// <summary>
        /// The machine that has one of the addresses already; <see langword="null"/> when something else is wrong. Whom it may be named
        /// to is the caller's business.
        /// </summary>
        public Machine? AddressHolder { get; init; }

        /// <summary>Whether another node, which need not be a machine, has one of the addresses already.</summary>
        public bool IsAddressTaken { get; init; }
    }
}
