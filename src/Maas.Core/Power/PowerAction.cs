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

    /// <summary>Start it from the ISO image of <see cref="Nodes.Machine.BootMedia"/>, which its controller has as virtual media.</summary>
    BootMedia,

    /// <summary>Take the image out of its virtual drive. The power stays as it is.</summary>
    EjectMedia,
}
