namespace Microsoft.AspNetCore.Builder;

/// <summary>
/// Adds conventions to the endpoints of <c>MapMaasApi</c>: to all of them, or to one group. Users and machines are different callers, so
/// a policy for users belongs on <see cref="Api"/>.
/// </summary>
/// <example>
/// <code>
/// var maas = app.MapMaasApi();
/// maas.RequireRateLimiting("all");
/// maas.Api.RequireAuthorization("operators");
/// </code>
/// </example>
public sealed class MaasApiConventionBuilder : IEndpointConventionBuilder
{
    internal MaasApiConventionBuilder(
        IEndpointConventionBuilder all,
        IEndpointConventionBuilder api,
        IEndpointConventionBuilder metadata) =>
        (All, Api, Metadata) = (all, api, metadata);

    /// <summary>
    /// What clients of users call: <c>api/2.0/</c>, <c>api/1.0/</c> and <c>accounts/</c>. Machines without a key enlist there as well.
    /// </summary>
    public IEndpointConventionBuilder Api { get; }

    /// <summary>What machines call: <c>metadata/</c>.</summary>
    public IEndpointConventionBuilder Metadata { get; }

    private IEndpointConventionBuilder All { get; }

    /// <inheritdoc/>
    public void Add(Action<EndpointBuilder> convention) => All.Add(convention);

    /// <inheritdoc/>
    public void Finally(Action<EndpointBuilder> finallyConvention) => All.Finally(finallyConvention);
}
