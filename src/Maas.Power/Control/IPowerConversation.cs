namespace Maas.Power.Control;

/// <summary>A login at a controller, for one machine. What fails is an exception that its driver can translate.</summary>
internal interface IPowerConversation : IAsyncDisposable
{
    /// <summary>What an operator should know; null when there is nothing.</summary>
    string? Note { get; }

    /// <summary>Asks whether the machine is on; unknown while it is neither, or when the controller does not say.</summary>
    Task<PowerState> QueryAsync(CancellationToken cancellationToken);

    /// <summary>Sends the command; success means that it was accepted.</summary>
    Task SwitchAsync(PowerSwitch command, CancellationToken cancellationToken);
}

/// <summary>How a machine is switched.</summary>
internal enum PowerSwitch
{
    On,
    Off,
    ShutDown,
}

/// <summary>A failure that is known as the kind it is.</summary>
internal sealed class PowerFailureException(PowerFailure failure, string reason) : Exception(reason)
{
    public PowerFailure Failure { get; } = failure;
}
