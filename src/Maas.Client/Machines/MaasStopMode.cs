namespace Maas.Client.Machines;

/// <summary>How a machine is turned off.</summary>
public enum MaasStopMode
{
    /// <summary>The power is cut.</summary>
    Hard,

    /// <summary>The operating system is asked to shut down.</summary>
    Soft,
}
