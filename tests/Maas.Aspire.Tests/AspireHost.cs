using System.Reflection;
using Aspire.Hosting;
using Maas.Judges;
using Microsoft.Extensions.Configuration;

namespace Maas.Aspire.Tests;

/// <summary>Application hosts without Aspire's dashboard, and what they run.</summary>
internal static class AspireHost
{
    /// <summary>The program of the sample <c>MaasServer</c>, which the package <c>Maas.Server</c> installs as <c>maas-server</c>.</summary>
    public static string ServerProgram { get; } =
        Path.Combine(Repository.Root, "samples/MaasServer/bin", Repository.Configuration, "net10.0/MaasServer");

    /// <summary>An application that the orchestrator of the test's packages runs.</summary>
    public static IDistributedApplicationBuilder CreateBuilder()
    {
        var builder = DistributedApplication.CreateBuilder(
            new DistributedApplicationOptions
            {
                DisableDashboard = true,
                AllowUnsecuredTransport = true,
                ProjectDirectory = AppContext.BaseDirectory,
            });
        var orchestrator = typeof(AspireHost).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .Single(each => each.Key == "AspireOrchestrator").Value;
        builder.Configuration.AddInMemoryCollection([
            new("DcpPublisher:CliPath", orchestrator),
            new("DcpPublisher:DashboardPath", "none"), // must be set, also where it is disabled
        ]);
        return builder;
    }
}
