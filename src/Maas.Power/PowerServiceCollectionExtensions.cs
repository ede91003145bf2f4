using Maas.Power;
using Maas.Power.Ipmi;
using Maas.Power.Manual;
using Maas.Power.WakeOnLan;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds <c>Maas.Power</c> to an application's services.</summary>
public static class PowerServiceCollectionExtensions
{
    /// <summary>
    /// Adds <see cref="PowerDrivers"/> with the drivers for <c>manual</c>, <c>wakeonlan</c> and <c>ipmi</c>. Add more by registering
    /// <see cref="IPowerDriver"/>, before or after: one for a power type of these is asked in their place, and of two of yours the later
    /// one. Options: <see cref="IpmiOptions"/>, <see cref="WakeOnLanOptions"/>, checked at start.
    /// </summary>
    public static IServiceCollection AddMaasPower(this IServiceCollection services)
    {
        services.AddOptions<IpmiOptions>()
            .Validate(
                o => o.Timing.IsSensible && o.Client.ResponseTimeout > TimeSpan.Zero && o.Client.BusyPause >= TimeSpan.Zero
                    && o.Client.KeepAliveInterval > TimeSpan.Zero,
                "IpmiOptions: ResponseTimeout, KeepAliveInterval and ObserveInterval must be more than zero, the other times not less.")
            .ValidateOnStart();
        services.AddOptions<WakeOnLanOptions>()
            .Validate(o => o.Pause >= TimeSpan.Zero, "WakeOnLanOptions: Pause must not be less than zero.")
            .ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<IpmiOptions>, IpmiOptionsValidator>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<WakeOnLanOptions>, WakeOnLanOptionsValidator>());
        services.TryAddSingleton(TimeProvider.System);

        services.TryAddEnumerable(ServiceDescriptor.Singleton<IPowerDriver, ManualDriver>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IPowerDriver, WakeOnLanDriver>(s =>
            new WakeOnLanDriver(s.GetRequiredService<IOptions<WakeOnLanOptions>>().Value, s.GetRequiredService<TimeProvider>())));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IPowerDriver, IpmiDriver>(s =>
            new IpmiDriver(s.GetRequiredService<IOptions<IpmiOptions>>().Value, s.GetRequiredService<TimeProvider>())));
        services.TryAddSingleton(s =>
            new PowerDrivers(s.GetServices<IPowerDriver>().OrderByDescending(IsBuiltIn), s.GetService<ILogger<PowerDrivers>>()));
        return services;
    }

    // Of two drivers for one type the later one is asked: the built-in ones come first, wherever the application registers its own.
    private static bool IsBuiltIn(IPowerDriver driver) => driver is ManualDriver or WakeOnLanDriver or IpmiDriver;
}
