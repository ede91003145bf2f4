namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the dashboard to a MAAS.</summary>
public static class MaasDashboardBuilderExtensions
{
    /// <summary>Adds the dashboard, as <c>AddMaasDashboard</c> does. <c>app.MapMaas()</c> maps it.</summary>
    /// <param name="builder">The MAAS.</param>
    public static IMaasBuilder AddDashboard(this IMaasBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddMaasDashboard();
        return builder;
    }
}
