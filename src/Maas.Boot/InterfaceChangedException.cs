namespace Maas.Boot;

/// <summary>
/// The network interface that a server serves was removed, was created again, or lost the address that the server uses. Start the server
/// again to serve what is there now.
/// </summary>
public sealed class InterfaceChangedException : Exception
{
    /// <summary>An exception without details.</summary>
    public InterfaceChangedException()
    {
    }

    /// <summary>An exception that says what changed.</summary>
    public InterfaceChangedException(string message)
        : base(message)
    {
    }

    /// <summary>An exception that says what changed, and what caused it.</summary>
    public InterfaceChangedException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
