using Maas.Power;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Maas.Aot;

/// <summary>The power drivers out of a host's container, and the one that needs no network.</summary>
internal static class PowerChecks
{
    public static async Task RunAsync()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddMaasPower();
        using var host = builder.Build();
        var drivers = host.Services.GetRequiredService<PowerDrivers>();
        Check.That(drivers.PowerTypes.Contains("ipmi"));
        Check.That(await drivers.QueryAsync(new PowerTarget("manual", []), CancellationToken.None) is not PowerResult.Failed);
    }
}
