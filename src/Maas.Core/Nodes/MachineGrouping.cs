namespace Maas.Core.Nodes;

/// <summary>What machines are counted by (<see cref="Machines.CountAsync"/>).</summary>
public enum MachineGrouping
{
    /// <summary>Nothing: all machines together.</summary>
    None,

    /// <summary>Their status.</summary>
    Status,

    /// <summary>Their zone.</summary>
    Zone,

    /// <summary>Their resource pool.</summary>
    Pool,

    /// <summary>Their owner.</summary>
    Owner,

    /// <summary>Their tags: a machine with two tags is counted in both groups.</summary>
    Tag,
}
