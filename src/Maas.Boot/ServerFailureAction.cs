namespace Maas.Boot;

/// <summary>What a <see cref="BootServer"/> does when one of its servers fails.</summary>
public enum ServerFailureAction
{
    /// <summary>The failed server is reported and started again, after a pause that grows; the others go on.</summary>
    Restart = 0,

    /// <summary>All servers stop, and <see cref="BootServer.RunAsync"/> ends with the error: a host that runs it stops.</summary>
    Stop = 1,
}
