using Maas.Core;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers Maas.Core.</summary>
public static class MaasCoreServiceCollectionExtensions
{
    /// <summary>
    /// Adds <see cref="MaasRegion"/>, each of its services by its own type, and two hosted services that run its workers.
    /// <see cref="Maas.Core.Power.IMachinePower"/> and <see cref="Maas.Core.Images.IImageContent"/> are used when registered.
    /// </summary>
    public static IServiceCollection AddMaasCore(this IServiceCollection services, Action<MaasRegionOptions>? configure = null) => throw new NotSupportedException();
}
