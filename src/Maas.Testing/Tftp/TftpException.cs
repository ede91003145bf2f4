namespace Maas.Testing.Tftp;

/// <summary>A TFTP transfer failed: the server said so, fell silent, or broke the protocol.</summary>
/// <param name="message">What happened.</param>
/// <param name="code">The server's error code (RFC 1350 section 5); <see langword="null"/> when it sent none.</param>
public sealed class TftpException(string message, int? code = null) : IOException(message)
{
    /// <summary>The server's error code; 1 is "file not found". <see langword="null"/> when it sent none.</summary>
    public int? Code { get; } = code;
}
