namespace MaasNet;

/// <summary>The command cannot be run as it was given. The message says what to do.</summary>
internal sealed class UsageException(string message) : Exception(message);
