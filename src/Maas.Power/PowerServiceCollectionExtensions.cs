using Maas.Power;
using Maas.Power.Exec;
using Maas.Power.Ipmi;
using Maas.Power.Libvirt;
using Maas.Power.Manual;
using Maas.Power.Proxmox;
using Maas.Power.Redfish;
using Maas.Power.WakeOnLan;
using Maas.Power.Webhook;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds <c>Maas.Power</c> to an application's services.</summary>
public static class PowerServiceCollectionExtensions
{
    /// <summary>
    /// Adds <see cref="PowerDrivers"/> with the drivers for <c>manual</c>, <c>wakeonlan</c>, <c>ipmi</c>, <c>redfish</c>, <c>webhook</c>,
    /// <c>proxmox</c>, <c>virsh</c> and <c>exec</c>. Add more by registering <see cref="IPowerDriver"/>, before or after: one for a power
    /// type of these is asked in their place, and of two of yours the later one. Each driver has options, which are checked at start.
    /// </summary>
    public static IServiceCollection AddMaasPower(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IPowerDriver, ManualDriver>());
        AddDriver<WakeOnLanDriver, WakeOnLanOptions, WakeOnLanOptionsValidator>(
            services,
            (options, time) => new WakeOnLanDriver(options, time),
            o => o.Pause >= TimeSpan.Zero,
            "WakeOnLanOptions: Pause must not be less than zero.");
        AddDriver<IpmiDriver, IpmiOptions, IpmiOptionsValidator>(
            services,
            (options, time) => new IpmiDriver(options, time),
            o => o.Timing.IsSensible && o.Client.ResponseTimeout > TimeSpan.Zero && o.Client.BusyPause >= TimeSpan.Zero
                && o.Client.KeepAliveInterval > TimeSpan.Zero,
            "IpmiOptions: ResponseTimeout, KeepAliveInterval and ObserveInterval must be more than zero, the other times not less.");
        AddDriver<RedfishDriver, RedfishOptions, RedfishOptionsValidator>(
            services,
            (options, time) => new RedfishDriver(options, time),
            o => o.Timing.IsSensible && o.Http.RequestTimeout > TimeSpan.Zero,
            "RedfishOptions: RequestTimeout and ObserveInterval must be more than zero, the other times not less.");
        AddDriver<WebhookDriver, WebhookOptions, WebhookOptionsValidator>(
            services,
            (options, time) => new WebhookDriver(options, time),
            o => o.Timing.IsSensible && o.Http.RequestTimeout > TimeSpan.Zero,
            "WebhookOptions: RequestTimeout and ObserveInterval must be more than zero, the other times not less.");
        AddDriver<ProxmoxDriver, ProxmoxOptions, ProxmoxOptionsValidator>(
            services,
            (options, time) => new ProxmoxDriver(options, time),
            o => o.Timing.IsSensible && o.Http.RequestTimeout > TimeSpan.Zero,
            "ProxmoxOptions: RequestTimeout and ObserveInterval must be more than zero, the other times not less.");
        AddDriver<LibvirtDriver, LibvirtOptions, LibvirtOptionsValidator>(
            services,
            (options, time) => new LibvirtDriver(options, time),
            o => o.Timing.IsSensible && o.CommandTimeout > TimeSpan.Zero,
            "LibvirtOptions: CommandTimeout and ObserveInterval must be more than zero, the other times not less.");
        AddDriver<ExecDriver, ExecOptions, ExecOptionsValidator>(
            services,
            (options, time) => new ExecDriver(options, time),
            o => o.Timing.IsSensible && o.CommandTimeout > TimeSpan.Zero,
            "ExecOptions: CommandTimeout and ObserveInterval must be more than zero, the other times not less.");
        services.TryAddSingleton(s =>
            new PowerDrivers(s.GetServices<IPowerDriver>().OrderByDescending(IsBuiltIn), s.GetService<ILogger<PowerDrivers>>()));
        return services;
    }

    private static void AddDriver<TDriver, TOptions, TValidator>(
        IServiceCollection services, Func<TOptions, TimeProvider, TDriver> make, Func<TOptions, bool> isSensible, string problem)
        where TDriver : class, IPowerDriver
        where TOptions : class, new()
        where TValidator : class, IValidateOptions<TOptions>, new()
    {
        services.AddOptions<TOptions>().Validate(isSensible, problem).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<TOptions>>(new TValidator()));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IPowerDriver, TDriver>(s =>
            make(s.GetRequiredService<IOptions<TOptions>>().Value, s.GetRequiredService<TimeProvider>())));
    }

    // Of two drivers for one type the later one is asked: the built-in ones come first, wherever the application registers its own.
    private static bool IsBuiltIn(IPowerDriver driver) => driver.GetType().Assembly == typeof(PowerDrivers).Assembly;
}
