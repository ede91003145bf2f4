namespace Maas.Core.Nodes;

/// <summary>The types of node. The numbers are MAAS's.</summary>
public enum NodeType
{
    /// <summary>A machine that is installed.</summary>
    Machine = 0,

    /// <summary>A device that is known and has addresses, and is not installed.</summary>
    Device = 1,

    /// <summary>A host that serves networks.</summary>
    RackController = 2,

    /// <summary>A host that serves the API.</summary>
    RegionController = 3,

    /// <summary>A host that serves both.</summary>
    RegionAndRackController = 4,
}
