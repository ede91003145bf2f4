namespace Maas.Testing.Agent;

/// <summary>How the ephemeral environment ends.</summary>
internal enum AgentEnd
{
    PowerOff,
    Hang,
    Restart,
}

/// <summary>The agent cannot go on; it tells the server and powers off.</summary>
internal sealed class AgentFailedException(string message) : Exception(message);
