namespace Maas.Testing.Virtual;

/// <summary>
/// A call into the application's code that did not complete at once. The network's time stops until it does, unless it waits for
/// the network's clock itself.
/// </summary>
/// <param name="what">What was called, for people.</param>
internal sealed class OutsideCall(string what)
{
    private static readonly AsyncLocal<OutsideCall?> Flowing = new();

    /// <summary>The call in which the present code runs; <see langword="null"/> for none.</summary>
    public static OutsideCall? Current
    {
        get => Flowing.Value;
        set => Flowing.Value = value;
    }

    public string What => what;

    /// <summary>How many timers of the network's clock it has set; guarded by the loop's gate.</summary>
    public int Timers { get; set; }

    /// <summary>What follows on the loop; <see langword="null"/> until it has completed.</summary>
    public Action? Continuation { get; set; }

    /// <summary>Whether it must be waited for in real time.</summary>
    public bool Blocks => Continuation is null && Timers == 0;
}
