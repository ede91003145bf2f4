namespace MaasNet;

/// <summary>The command was run and failed. The message says why.</summary>
internal sealed class CommandFailedException(string message) : Exception(message);
