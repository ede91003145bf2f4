namespace Maas.Core.Power;

/// <summary>Whether a machine is on, as far as is known.</summary>
public enum MachinePowerState
{
    /// <summary>Unknown, or not queried yet.</summary>
    Unknown,

    /// <summary>It is on.</summary>
    On,

    /// <summary>It is off.</summary>
    Off,

    /// <summary>The last attempt to find out or to change it failed.</summary>
    Error,
}
