using System.Globalization;
using System.Security.Cryptography;
using ApiLoad;
using Maas.Core;
using Maas.Core.Accounts;
using Maas.Core.Nodes;
using Maas.Hosting.Testing.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace SharedHosts;

/// <summary>
/// Requests of the API with credentials, without sockets: nine of ten read a machine, one changes its description. Each writes its nonce.
/// </summary>
internal sealed class ApiRequests : IWork
{
    private const int Machines = 20;
    private const int ReadsPerChange = 9;
    private readonly WebApplication _application;
    private readonly InProcessServer _server;
    private readonly MaasCore _core;
    private readonly ApiKey _key;
    private readonly IReadOnlyList<SystemId> _machines;
    private readonly int _parallel;

    private ApiRequests(
        WebApplication application, InProcessServer server, MaasCore core, ApiKey key, IReadOnlyList<SystemId> machines, int parallel)
    {
        (_application, _server, _core, _key) = (application, server, core, key);
        (_machines, _parallel) = (machines, parallel);
    }

    public static async Task<ApiRequests> PrepareAsync(MaasCore core, int host, int parallel)
    {
        var created = (CreateUserResult.Created)await core.Users.CreateAsync(
            $"admin{host}", $"admin{host}@example.com", new Secret("bench"), isAdministrator: true);
        var key = await core.Users.CreateApiKeyAsync(created.User, "bench");
        List<SystemId> machines = [];
        for (var number = 0; number < Machines; number++)
        {
            var mac = MacAddress.Parse(string.Create(CultureInfo.InvariantCulture, $"52:54:{host:x2}:01:00:{number:x2}"));
            machines.Add(((CreateResult.Created)await core.Machines.EnlistAsync(new NewMachine { MacAddresses = [mac] })).Machine.Id);
        }

        var builder = WebApplication.CreateSlimBuilder(["--hostBuilder:reloadConfigOnChange=false"]);
        builder.Logging.ClearProviders();
        var server = new InProcessServer();
        builder.Services.AddSingleton<IServer>(server).AddSingleton(core).AddMaasApi();
        var application = builder.Build();
        application.MapMaasApi();
        await application.StartAsync();
        return new ApiRequests(application, server, core, key, machines, parallel);
    }

    public async Task<(int Operations, int Changes)> RunAsync(TimeSpan time)
    {
        var began = TimeProvider.System.GetTimestamp();
        var (requests, changes) = (0, 0);
        await Task.WhenAll(Enumerable.Range(0, _parallel).Select(client => Task.Run(async () =>
        {
            for (var turn = client; TimeProvider.System.GetElapsedTime(began) < time; turn++)
            {
                var machine = _machines[turn % _machines.Count];
                if (turn % (ReadsPerChange + 1) == 0)
                {
                    await _core.Machines.EditAsync(machine, null, edited => edited with { Description = $"{turn}" });
                    Interlocked.Increment(ref changes);
                }

                var (status, _) = await _server.SendAsync("GET", $"/MAAS/api/2.0/machines/{machine}/", "", Sign());
                if (status != 200) throw new InvalidOperationException($"A request was answered {status}.");
                Interlocked.Increment(ref requests);
            }
        })));
        return (requests, changes);
    }

    public ValueTask DisposeAsync() => _application.DisposeAsync();

    private string Sign()
    {
        var nonce = Convert.ToHexString(RandomNumberGenerator.GetBytes(8));
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        return $"OAuth oauth_nonce=\"{nonce}\", oauth_timestamp=\"{now}\", oauth_version=\"1.0\", oauth_signature_method=\"PLAINTEXT\", "
            + $"oauth_consumer_key=\"{_key.ConsumerKey}\", oauth_token=\"{_key.TokenKey}\", "
            + $"oauth_signature=\"%26{_key.TokenSecret.Reveal()}\"";
    }
}
