namespace Maas.Core.Nodes;

/// <summary>What moves a machine from one status to another: the second column of <see cref="MachineLifecycle"/>'s table.</summary>
public enum MachineAction
{
    /// <summary>Take inventory.</summary>
    Commission,

    /// <summary>Give it an owner.</summary>
    Allocate,

    /// <summary>Install it.</summary>
    Deploy,

    /// <summary>Take it back from its owner.</summary>
    Release,

    /// <summary>Take it back from its owner and erase its disks.</summary>
    ReleaseErasing,

    /// <summary>What it was busy with has ended well.</summary>
    Finish,

    /// <summary>What it was busy with has failed, or was not heard of in time.</summary>
    Fail,

    /// <summary>A person stops what it is busy with.</summary>
    Abort,

    /// <summary>A person says that it is broken.</summary>
    MarkBroken,

    /// <summary>A person says that it is not broken any more.</summary>
    MarkFixed,

    /// <summary>Run the tests.</summary>
    Test,

    /// <summary>A person accepts it in spite of failed tests.</summary>
    OverrideFailedTesting,

    /// <summary>Boot it for a person to look at.</summary>
    EnterRescueMode,

    /// <summary>End that.</summary>
    ExitRescueMode,
}
