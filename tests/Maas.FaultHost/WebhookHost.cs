using Maas.Core;
using Maas.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Maas.FaultHost;

/// <summary>A host as an application composes it, which posts changes of machines to an endpoint.</summary>
internal static class WebhookHost
{
    /// <summary>Runs until the process is killed.</summary>
    /// <param name="connectionString">The database.</param>
    /// <param name="schema">The schema.</param>
    /// <param name="folder">The host's data directory, which has the name of the host.</param>
    /// <param name="secretKey">The key of all hosts.</param>
    /// <param name="url">The endpoint.</param>
    public static Task RunAsync(string connectionString, string schema, string folder, string secretKey, string url)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.Configure<MaasCoreOptions>(core => core.ControllerHostname = Path.GetFileName(folder));
        builder.Services
            .AddMaas(maas =>
            {
                (maas.DataDirectory, maas.SecretKeyFile) = (folder, secretKey);
                maas.Webhooks["test"] = new WebhookEndpointOptions
                {
                    Url = new Uri(url),
                    SigningSecrets = { "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz" },
                    FirstRetry = TimeSpan.FromMilliseconds(50),
                    LongestRetry = TimeSpan.FromSeconds(1),
                };
            })
            .AddPostgres(connectionString, options => (options.Schema, options.Connections) = (schema, 4));
        return builder.Build().RunAsync();
    }
}
