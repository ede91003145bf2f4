namespace Maas.Testing.Install;

/// <summary>A simulated installer cannot go on, and waits for a person.</summary>
/// <param name="message">Why, in words.</param>
internal sealed class InstallerFailedException(string message) : Exception(message)
{
    /// <summary>What is reported to the server; <see langword="null"/> for nothing.</summary>
    public string? Report { get; init; }
}
