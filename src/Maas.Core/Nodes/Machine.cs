using System.Text.Json.Serialization;
using Maas.Core.Inventory;
using Maas.Core.Power;

namespace Maas.Core.Nodes;

/// <summary>
/// A machine and everything known about it, as of <see cref="Version"/>. Immutable: it changes only through
/// <see cref="Machines.ExecuteAsync"/> (its life) and <see cref="Machines.EditAsync"/> (its description).
/// </summary>
public sealed record Machine
{
    /// <summary>The architecture of a machine that did not say: <c>amd64/generic</c>.</summary>
    public const string DefaultArchitecture = "amd64/generic";

    /// <summary>Its name for the API.</summary>
    public required SystemId Id { get; init; }

    /// <summary>Order of creation, 1 upward; MAAS's lists are ordered by it. 0 before the first save.</summary>
    public long Number { get; init; }

    /// <summary>Host name without the domain, lower case; unique.</summary>
    public required string Hostname { get; init; }

    /// <summary>DNS domain.</summary>
    public string Domain { get; init; } = "maas";

    /// <summary>Host name and domain.</summary>
    [JsonIgnore]
    public string Fqdn => Domain.Length == 0 ? Hostname : $"{Hostname}.{Domain}";

    /// <summary>Free words of the operator.</summary>
    public string Description { get; init; } = "";

    /// <summary>Architecture and sub-architecture, <c>amd64/generic</c>.</summary>
    public string Architecture { get; init; } = DefaultArchitecture;

    /// <summary>Its network interfaces' addresses, the boot interface first; each belongs to one machine only.</summary>
    public IReadOnlyList<MacAddress> MacAddresses { get; init; } = [];

    /// <summary>SMBIOS UUID as the operating system shows it, lower case; <see langword="null"/> when not known.</summary>
    public string? HardwareUuid { get; init; }

    /// <summary>
    /// Whether it made itself known, and no user declared it. While it is New, such a machine is forgotten when nothing is heard of it for
    /// long.
    /// </summary>
    public bool MadeItselfKnown { get; init; }

    /// <summary>Where it is in its life.</summary>
    public MachineStatus Status { get; init; }

    /// <summary>The status that tests, rescue mode or being broken interrupted; <see langword="null"/> outside of these.</summary>
    public MachineStatus? CameFrom { get; init; }

    /// <summary>What is going on, or why it failed, in words; empty when there is nothing to say.</summary>
    public string StatusMessage { get; init; } = "";

    /// <summary>
    /// What went wrong when it was last turned on, though it was (its controller would not set the next boot); <see langword="null"/> for
    /// nothing. At most what a power driver says.
    /// </summary>
    public string? PowerNote { get; init; }

    /// <summary>
    /// What a person was asked to do because the present operation could not turn the machine off (Wake-on-LAN cannot);
    /// <see langword="null"/> for nothing. An operation asks once.
    /// </summary>
    public string? PowerOffNote { get; init; }

    /// <summary>When it came into this status.</summary>
    public DateTimeOffset StatusSince { get; init; }

    /// <summary>When the status fails if nothing is heard; <see langword="null"/> in a resting place.</summary>
    public DateTimeOffset? Deadline { get; init; }

    /// <summary>The operation (commission, deploy, release …) that its last events belong to.</summary>
    public Guid? OperationId { get; init; }

    /// <summary>Whether it has traded a boot token since that operation began, and so is known to have booted for it.</summary>
    public bool CheckedIn { get; init; }

    /// <summary>How often that operation was begun anew after its deadline had passed (<see cref="MachineDeadlines.Retries"/>).</summary>
    public int Retries { get; init; }

    /// <summary>Whether its last commissioning was asked to leave the configuration of its interfaces as it was.</summary>
    public bool SkipNetworking { get; init; }

    /// <summary>Whether its last commissioning was asked to leave the configuration of its storage as it was.</summary>
    public bool SkipStorage { get; init; }

    /// <summary>
    /// Whether its last commissioning was asked to leave its management controller (BMC), and how it is turned on and off, as they were.
    /// </summary>
    public bool SkipBmcConfig { get; init; }

    /// <summary>How it is turned on and off.</summary>
    public PowerSettings Power { get; init; } = PowerSettings.Manual;

    /// <summary>
    /// Whether commissioning found <see cref="Power"/>, and no user has changed it since: only then may commissioning replace it.
    /// </summary>
    public bool PowerDetected { get; init; }

    /// <summary>Whether it is on, as far as is known.</summary>
    public MachinePowerState PowerState { get; init; }

    /// <summary>
    /// The ISO image that its controller was asked to insert as virtual media, until it is ejected; <see langword="null"/> when the drive
    /// is empty.
    /// </summary>
    public Uri? BootMedia { get; init; }

    /// <summary>Whether it still boots from the network while being deployed; the installer turns it off.</summary>
    public bool Netboot { get; init; } = true;

    /// <summary>Whether changes by its owner are refused.</summary>
    public bool Locked { get; init; }

    /// <summary>User name of the owner; <see langword="null"/> when it has no owner.</summary>
    public string? Owner { get; init; }

    /// <summary>The key (not the secret) of the API token it was allocated with; API 1.0 lists by it.</summary>
    public string? AllocatedByToken { get; init; }

    /// <summary>What the allocating client calls itself; Juju filters by it.</summary>
    public string AgentName { get; init; } = "";

    /// <summary>The owner's own keys and values; forgotten on release.</summary>
    public IReadOnlyDictionary<string, string> OwnerData { get; init; } = new Dictionary<string, string>();

    /// <summary>Names of its tags, sorted.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>Id of its zone. A zone that does not exist any more counts as the default zone.</summary>
    public long ZoneId { get; init; } = Topology.Zone.DefaultId;

    /// <summary>Id of its resource pool. A pool that does not exist any more counts as the default pool.</summary>
    public long PoolId { get; init; } = Topology.ResourcePool.DefaultId;

    /// <summary>What it is made of; <see langword="null"/> before it was commissioned.</summary>
    public Hardware? Hardware { get; init; }

    /// <summary>
    /// What its management controller said of its make when it was enlisted by it; <see langword="null"/> for a machine that was not. The
    /// inventory says more.
    /// </summary>
    public Identity? ControllerIdentity { get; init; }

    /// <summary>Logical processors; from the inventory, unless the operator said otherwise. 0 when not known.</summary>
    public int CpuCount { get; init; }

    /// <summary>Memory in MiB; from the inventory, unless the operator said otherwise. 0 when not known.</summary>
    public int MemoryMiB { get; init; }

    /// <summary>
    /// Name or serial of the disk to install to; <see langword="null"/> for the first fixed, writable disk of at least 512 MiB.
    /// </summary>
    public string? BootDisk { get; init; }

    /// <summary>
    /// The disk that a deployment would overwrite now; <see langword="null"/> when no disk, or more than one, fits
    /// <see cref="BootDisk"/>.
    /// </summary>
    [JsonIgnore]
    public Disk? EffectiveBootDisk => InstallDiskChoice.Find(this);

    /// <summary>
    /// What to set <see cref="BootDisk"/> to for a disk: its serial number where that is unique, for kernel names may change from boot to
    /// boot.
    /// </summary>
    public string NameOfDisk(Disk disk) => InstallDiskChoice.NameOf(this, disk);

    /// <summary>
    /// The oldest kernel it may run, as the operator says (<c>hwe-22.04</c>); kept and shown, for images bring their own kernel. Empty
    /// for any.
    /// </summary>
    public string MinHweKernel { get; init; } = "";

    /// <summary>
    /// Bytes of swap that the operator wants; kept and shown, for images bring their own layout. <see langword="null"/> when it was not
    /// set.
    /// </summary>
    public long? SwapSize { get; init; }

    /// <summary>IP addresses it was last seen with, as text.</summary>
    public IReadOnlyList<string> IpAddresses { get; init; } = [];

    /// <summary>What is, or is being, installed; <see langword="null"/> when nothing is.</summary>
    public Deployment? Deployment { get; init; }

    /// <summary>How its disks are being erased; <see langword="null"/> unless they are.</summary>
    public EraseMode? Erase { get; init; }

    /// <summary>
    /// What it does in the ephemeral environment while it is Releasing, or did when its release failed; <see langword="null"/> when only
    /// its power is waited for, and in other statuses.
    /// </summary>
    public ReleaseTask? ReleaseTask { get; init; }

    /// <summary>User name of who booted it into rescue mode, and may sign in there; <see langword="null"/> outside of it.</summary>
    public string? RescuedBy { get; init; }

    /// <summary>
    /// User name of the person that requested that the environment of its commissioning or test stays on with an SSH server, and may sign
    /// in there; <see langword="null"/> otherwise. It ends with the next operation, and when the machine is turned off.
    /// </summary>
    public string? SshEnabledBy { get; init; }

    /// <summary>When it was created.</summary>
    public DateTimeOffset Created { get; init; }

    /// <summary>When it last changed.</summary>
    public DateTimeOffset Updated { get; init; }

    /// <summary>Counts saves; a save with another expected version is refused, so no change is lost.</summary>
    public long Version { get; init; }

    /// <summary>Whether a system of its owner's is on the disk, or runs in memory.</summary>
    [JsonIgnore]
    public bool IsInstalled => Deployment?.FinishedAt is not null;

    /// <summary>Whether its owner's system runs, or is to run, in memory.</summary>
    internal bool IsEphemeral => Deployment is { Ephemeral: true };

    /// <summary>
    /// Whether what speaks with its credentials during a deployment is the deployed system: nothing is left to be written.
    /// </summary>
    internal bool RunsDeployedSystem => !Netboot || IsEphemeral;

    /// <summary>
    /// Whether it is being commissioned and may set up its management controller: no user has set its power type.
    /// </summary>
    [JsonIgnore]
    public bool ConfiguresBmc => Status is MachineStatus.Commissioning && !SkipBmcConfig
        && (PowerDetected || Power is { IsManual: true, Parameters.Count: 0 });

    /// <summary>
    /// Whether what speaks with its credentials may still be its owner's system, which keeps them through tests and rescue
    /// mode: until it has booted for these, nothing it reports about them counts.
    /// </summary>
    internal bool MayStillRunItsOwnersSystem =>
        IsInstalled && !CheckedIn && Status is (MachineStatus.Testing or MachineStatus.EnteringRescueMode);

    /// <summary>What it boots if it asks now: a pure function of its state.</summary>
    [JsonIgnore]
    public BootIntent NextBoot => BootTable.For(this);
}
