namespace Maas.Core.Power;

/// <summary>What is asked of a machine's power.</summary>
public enum PowerAction
{
    /// <summary>Turn it on.</summary>
    TurnOn,

    /// <summary>Turn it off.</summary>
    TurnOff,

    /// <summary>Find out whether it is on.</summary>
    Query,

    /// <summary>Ask its operating system to shut down.</summary>
    ShutDown,
}
