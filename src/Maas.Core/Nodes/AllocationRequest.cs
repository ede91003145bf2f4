using Maas.Core.Network.Interfaces;
using Maas.Core.Storage;
using Maas.Core.Topology;

namespace Maas.Core.Nodes;

/// <summary>Whom a machine is for, and what it must be. What is left out asks nothing.</summary>
public sealed record AllocationRequest
{
    /// <summary>User name of the owner-to-be.</summary>
    public required string Owner { get; init; }

    /// <summary>Key of the API token used.</summary>
    public string? TokenKey { get; init; }

    /// <summary>What the client calls itself; stored, not matched.</summary>
    public string AgentName { get; init; } = "";

    /// <summary>The caller's reason; it goes into the event.</summary>
    public string? Comment { get; init; }

    /// <summary>Whether to only say which machine it would be.</summary>
    public bool DryRun { get; init; }

    /// <summary>
    /// The parameters of bridges to make of the configured interfaces until the machine is released; <see langword="null"/> for none.
    /// </summary>
    public BridgeParameters? Bridges { get; init; }

    /// <summary>Host name or fully qualified name.</summary>
    public string? Name { get; init; }

    /// <summary>This machine and no other.</summary>
    public string? SystemId { get; init; }

    /// <summary>Architectures that will do: <c>amd64</c> for any <c>amd64/*</c>, or both parts.</summary>
    public IReadOnlyList<string> Architectures { get; init; } = [];

    /// <summary>At least so many logical processors.</summary>
    public double? CpuCount { get; init; }

    /// <summary>At least so much memory, in MiB.</summary>
    public double? MemoryMiB { get; init; }

    /// <summary>All of these tags.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>None of these tags.</summary>
    public IReadOnlyList<string> NotTags { get; init; } = [];

    /// <summary>In this zone.</summary>
    public string? Zone { get; init; }

    /// <summary>In none of these zones.</summary>
    public IReadOnlyList<string> NotInZones { get; init; } = [];

    /// <summary>In this resource pool.</summary>
    public string? Pool { get; init; }

    /// <summary>In none of these resource pools.</summary>
    public IReadOnlyList<string> NotInPools { get; init; } = [];

    /// <summary>
    /// Linked to all subnets that these specifiers name: a number, a name, a CIDR, or <c>kind:value</c> (<c>space:db</c>), see
    /// <see cref="TopologySpecifiers"/>.
    /// </summary>
    public IReadOnlyList<string> Subnets { get; init; } = [];

    /// <summary>Linked to none of the subnets that these specifiers name.</summary>
    public IReadOnlyList<string> NotSubnets { get; init; } = [];

    /// <summary>Connected to one of the VLANs that these specifiers name.</summary>
    public IReadOnlyList<string> Vlans { get; init; } = [];

    /// <summary>Connected to none of the VLANs that these specifiers name.</summary>
    public IReadOnlyList<string> NotVlans { get; init; } = [];

    /// <summary>Connected to one of these fabrics, by name or number.</summary>
    public IReadOnlyList<string> Fabrics { get; init; } = [];

    /// <summary>Connected to none of these fabrics.</summary>
    public IReadOnlyList<string> NotFabrics { get; init; } = [];

    /// <summary>Connected to a fabric of one of these classes.</summary>
    public IReadOnlyList<string> FabricClasses { get; init; } = [];

    /// <summary>Connected to no fabric of these classes.</summary>
    public IReadOnlyList<string> NotFabricClasses { get; init; } = [];

    /// <summary>
    /// Disks, as MAAS writes them: <c>[label:]size[(tag,…)]</c>, separated by commas; sizes in GB (10⁹ bytes). The first one is the disk
    /// with the root file system, the others are unused. The tag <c>partition</c> asks for a partition. At most 64, 8192 characters.
    /// </summary>
    public string? Storage { get; init; }

    /// <summary>
    /// Interfaces, as MAAS writes them: <c>label:key=value[,key=value…]</c>, separated by semicolons. Keys are <c>id</c>, <c>fabric</c>,
    /// <c>fabric_class</c>, <c>ip</c>, <c>name</c>, <c>hostname</c>, <c>subnet</c>, <c>space</c>, <c>subnet_cidr</c>, <c>vlan</c>,
    /// <c>vid</c>, <c>tag</c>, all of them also with <c>not_</c>, and <c>mode</c>, <c>type</c> and <c>link_speed</c>. At most 64, 8192
    /// characters.
    /// </summary>
    public string? Interfaces { get; init; }

    /// <summary>
    /// A PCI or USB device: <c>key=value[,key=value…]</c>. Keys are <c>vendor_id</c>, <c>product_id</c>, <c>vendor_name</c>,
    /// <c>product_name</c> and <c>commissioning_driver</c>.
    /// </summary>
    public string? Devices { get; init; }

    /// <summary>With an interface whose link has at least this speed, in Mbit/s.</summary>
    public double? LinkSpeed { get; init; }

    /// <summary>With processors of at least this speed, in MHz.</summary>
    public double? CpuSpeed { get; init; }

    /// <summary>On one of these VM hosts. This server has no VM hosts: no machine fits.</summary>
    public IReadOnlyList<string> Pods { get; init; } = [];

    /// <summary>With one of these power types.</summary>
    public IReadOnlyList<string> PodTypes { get; init; } = [];

    /// <summary>With none of these power types.</summary>
    public IReadOnlyList<string> NotPodTypes { get; init; } = [];
}

/// <summary>What became of an allocation.</summary>
public abstract record AllocationResult
{
    private AllocationResult() { }

    /// <summary>This one.</summary>
    /// <param name="Machine">As stored; still Ready after a dry run.</param>
    public sealed record Allocated(Machine Machine) : AllocationResult
    {
        /// <summary>The disks and partitions that answer labels of <see cref="AllocationRequest.Storage"/>, in its order.</summary>
        public IReadOnlyList<KeyValuePair<string, StorageTarget>> Storage { get; init; } = [];

        /// <summary>By label of <see cref="AllocationRequest.Interfaces"/>: the numbers of the interfaces that fit.</summary>
        public IReadOnlyList<KeyValuePair<string, IReadOnlyList<long>>> Interfaces { get; init; } = [];
    }

    /// <summary>No free machine fits.</summary>
    /// <param name="Reason">MAAS's words for it.</param>
    public sealed record NoMachine(string Reason) : AllocationResult;

    /// <summary>A constraint makes no sense.</summary>
    /// <param name="Constraint">Its API name.</param>
    /// <param name="Reason">In words.</param>
    public sealed record Invalid(string Constraint, string Reason) : AllocationResult;
}

/// <summary>What <see cref="Machines.ListFittingAsync"/> found.</summary>
public abstract record MachineListResult
{
    private MachineListResult() { }

    /// <summary>These machines.</summary>
    /// <param name="Machines">By ascending number.</param>
    public sealed record Listed(IReadOnlyList<Machine> Machines) : MachineListResult;

    /// <summary>A constraint makes no sense.</summary>
    /// <param name="Constraint">Its API name.</param>
    /// <param name="Reason">In words.</param>
    public sealed record Invalid(string Constraint, string Reason) : MachineListResult;
}
