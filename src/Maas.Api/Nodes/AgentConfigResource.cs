using Maas.Api.Results;
using Maas.Api.Routing;

namespace Maas.Api.Nodes;

/// <summary>
/// What MAAS's region controller tells the agent of its rack controllers, over a socket of its own. Every other client
/// is denied, whatever its credentials. This server has no such agent, so it denies all clients.
/// </summary>
internal static class AgentConfigResource
{
    public static ApiResource Definition { get; } = new(
        "api/2.0/agents/{system_id}/services/{service_name}/config/", "AgentConfigHandler", "The configuration of MAAS's agent.",
        ApiAction.Read(
            ApiAccess.Administrator, _ => Task.FromResult(ApiResults.Forbidden("This method is reserved for internal use only.")),
            "Internal to MAAS: the answer is 403."));
}
