using Maas.RabbitMQ;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds RabbitMQ to a MAAS.</summary>
public static class MaasRabbitMqBuilderExtensions
{
    /// <summary>
    /// Publishes the changes of machines to a topic exchange of RabbitMQ. Nothing is connected before the first change. A broker that is
    /// away delays the changes; it does not stop the host.
    /// </summary>
    /// <param name="builder">The MAAS.</param>
    /// <param name="configure">Sets the options; <see langword="null"/> when <c>Configure&lt;RabbitMqOptions&gt;</c> does.</param>
    public static IMaasBuilder AddRabbitMq(this IMaasBuilder builder, Action<RabbitMqOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddOptions<RabbitMqOptions>().ValidateOnStart();
        if (configure is not null) builder.Services.Configure(configure);
        builder.Services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IValidateOptions<RabbitMqOptions>, RabbitMqOptionsValidator>());
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, RabbitMqService>());
        return builder;
    }
}
