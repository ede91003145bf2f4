using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Maas.Core;
using Maas.Core.Accounts;
using Maas.Core.Nodes;
using Maas.Core.Stores;
using Maas.Sqlite;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Maas.Api.Tests;

/// <summary>The API on a loopback port over a store in a temporary directory, with an administrator and two users.</summary>
internal sealed class ApiHost : IAsyncDisposable
{
    public const string Api = "/MAAS/api/2.0/";

    /// <summary>What the inventory script of a small machine prints.</summary>
    public static readonly ReadOnlyMemory<byte> Inventory = Encoding.UTF8.GetBytes(
        "maas-inventory\t1\nsystem\tmachine=x86_64\tfirmware=uefi\n" +
        "cpu\tcount=4\tcores=2\tsockets=1\tmax_mhz=3600\tmodel=Test CPU\nmemory\tkib=4194304\n" +
        "disk\tname=vda\tsize=10737418240\tblock=512\trotational=0\tremovable=0\tro=0\tbus=virtio\tserial=disk-1\tmodel=Test Disk\nend\n");

    private readonly WebApplication _app;
    private readonly string? _directory;

    private ApiHost(WebApplication app, MaasCore core, SqliteMaasStore store, TimeProvider timeProvider, string? directory)
    {
        (_app, Core, Store, Time, _directory) = (app, core, store, timeProvider, directory);
        Origin = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        Client = new HttpClient(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false }) { BaseAddress = new Uri(Origin) };
    }

    public MaasCore Core { get; }

    public SqliteMaasStore Store { get; }

    public TimeProvider Time { get; }

    /// <summary><c>http://127.0.0.1:PORT</c>.</summary>
    public string Origin { get; }

    public HttpClient Client { get; }

    public T Get<T>()
        where T : notnull => _app.Services.GetRequiredService<T>();

    public RouteTable Routes => _app.Services.GetRequiredService<RouteTable>();

    public ApiKey Admin { get; private set; } = null!;

    public ApiKey Bob { get; private set; } = null!;

    public ApiKey Eve { get; private set; } = null!;

    public static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static async Task<ApiHost> StartAsync(TimeProvider? timeProvider = null, Action<MaasApiOptions>? configure = null,
        string? store = null,
        string prefix = "/MAAS", Action<MaasCoreOptions>? configureCore = null, Action<SqliteStoreOptions>? configureStore =
            null, Action<IServiceCollection>? configureServices = null,
        Core.Power.IMachinePower? power = null, Func<IMaasStore, IMaasStore>? wrap = null, ISshKeySource? keySource = null,
        Func<string, Core.Images.IBootSourceReader>? bootSources = null)
    {
        timeProvider ??= TimeProvider.System;
        var temporary = store is null ? Directory.CreateTempSubdirectory("maas-api-").FullName : null;
        var directory = store ?? temporary!;
        var options = new MaasCoreOptions { ImageDirectory = Path.Combine(directory, "images") };
        configureCore?.Invoke(options);
        var file = new SqliteStoreOptions { DataSource = Path.Combine(directory, "maas.db") };
        configureStore?.Invoke(file);
        var sqlite = new SqliteMaasStore(file, timeProvider);
        var core = await MaasCore.OpenAsync(
            wrap?.Invoke(sqlite) ?? sqlite, options,
            new MaasCoreServices
            {
                TimeProvider = timeProvider, Power = power, SshKeySource = keySource,
                BootSources = bootSources?.Invoke(options.ImageDirectory),
            },
                Cancellation);

        var builder = WebApplication.CreateSlimBuilder(["--hostBuilder:reloadConfigOnChange=false"]);
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSingleton(timeProvider).AddSingleton(core).AddMaasApi(options =>
        {
            options.VerifyArguments = true;
            configure?.Invoke(options);
        });
        configureServices?.Invoke(builder.Services);
        var web = builder.Build();
        web.MapMaasApi(prefix);
        await web.StartAsync(Cancellation);

        var host = new ApiHost(web, core, sqlite, timeProvider, temporary);
        host.Admin = await host.KeyOfAsync("admin", isAdministrator: true);
        host.Bob = await host.KeyOfAsync("bob");
        host.Eve = await host.KeyOfAsync("eve");
        return host;
    }

    private async Task<ApiKey> KeyOfAsync(string name, bool isAdministrator = false)
    {
        var user = await Core.Users.FindAsync(name, Cancellation)
            ?? ((CreateUserResult.Created)await Core.Users.CreateAsync(
                name, $"{name}@example.com", new Secret(""), isAdministrator, Cancellation)).User;
        return await Core.Users.CreateApiKeyAsync(user, "test", Cancellation);
    }

    /// <summary>An <c>Authorization</c> header as oauthlib writes it.</summary>
    public string Sign(ApiKey key, long? timestamp = null, string? nonce = null) =>
        Sign(key.ConsumerKey, key.TokenKey, key.TokenSecret, timestamp, nonce);

    public string Sign(MachineToken token) => Sign(token.ConsumerKey, token.TokenKey, token.TokenSecret, null, null);

    public string Sign(string consumer, string token, Secret secret, long? timestamp, string? nonce)
    {
        nonce ??= Convert.ToHexString(RandomNumberGenerator.GetBytes(16));
        var stamp = (timestamp ?? Time.GetUtcNow().ToUnixTimeSeconds()).ToString(CultureInfo.InvariantCulture);
        return $"OAuth oauth_nonce=\"{nonce}\", oauth_timestamp=\"{stamp}\", oauth_version=\"1.0\", oauth_signature_method=\"PLAINTEXT\", "
            +
            $"oauth_consumer_key=\"{consumer}\", oauth_token=\"{token}\", oauth_signature=\"%26{Uri.EscapeDataString(secret.Reveal())}\"";
    }

    /// <summary>Sends a request; a path without a leading slash is below <c>/MAAS/api/2.0/</c>.</summary>
    public async Task<Reply> SendAsync(string method, string path, string? authorization = null, HttpContent? content = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path.StartsWith('/') ? path : Api + path) { Content = content };
        if (authorization is not null) request.Headers.TryAddWithoutValidation("Authorization", authorization);
        using var response = await Client.SendAsync(request, Cancellation);
        return new Reply(
            response.StatusCode, await response.Content.ReadAsByteArrayAsync(Cancellation), response.Headers, response.Content.Headers);
    }

    public Task<Reply> GetAsync(ApiKey key, string path) => SendAsync("GET", path, Sign(key));

    public Task<Reply> GetAsync(MachineToken token, string path) => SendAsync("GET", path, Sign(token));

    public Task<Reply> DeleteAsync(ApiKey key, string path) => SendAsync("DELETE", path, Sign(key));

    public Task<Reply> PostAsync(ApiKey key, string path, params (string Name, string Value)[] fields) =>
        SendAsync("POST", path, Sign(key), Form(fields));

    public Task<Reply> PutAsync(ApiKey key, string path, params (string Name, string Value)[] fields) =>
        SendAsync("PUT", path, Sign(key), Form(fields));

    public Task<Reply> PostAsync(MachineToken token, string path, params (string Name, string Value)[] fields) =>
        SendAsync("POST", path, Sign(token), Form(fields));

    public static FormUrlEncodedContent Form(params (string Name, string Value)[] fields) =>
        new(fields.Select(field => KeyValuePair.Create(field.Name, field.Value)));

    /// <summary>A New machine.</summary>
    public async Task<Machine> EnlistAsync(string mac = "52:54:00:00:00:01")
    {
        var result = await Core.Machines.EnlistAsync(new NewMachine { MacAddresses = [MacAddress.Parse(mac)] }, Cancellation);
        return ((CreateResult.Created)result).Machine;
    }

    /// <summary>A Ready machine, commissioned by its own reports.</summary>
    public async Task<Machine> ReadyAsync(string mac = "52:54:00:00:00:01", ReadOnlyMemory<byte>? inventory = null)
    {
        var printed = inventory ?? Inventory;
        var machine = await EnlistAsync(mac);
        await DoAsync(machine.Id, new MachineCommand.Commission());
        foreach (var script in await Core.ScriptResults.PendingAsync(machine.Id, Cancellation))
        {
            await Core.ScriptResults.ReportAsync(machine.Id, new Maas.Core.Nodes.ScriptReport
            {
                ResultId = script.Result.Id,
                ExitStatus = 0,
                Output = new(printed, printed, default),
            }, Cancellation);
        }

        return await DoAsync(machine.Id, new MachineReport.Signal(SignalReport.Ok, null));
    }

    public async Task<Machine> DoAsync(SystemId id, MachineCommand command) =>
        (await Core.Machines.ExecuteAsync(
            id, command, cancellationToken: Cancellation)).Should().BeOfType<CommandResult.Done>().Which.Machine;

    public async Task<Machine> DoAsync(SystemId id, MachineReport report) =>
        (await Core.Machines.ReportAsync(id, report, Cancellation)).Should().BeOfType<CommandResult.Done>().Which.Machine;

    public async Task<Machine> MachineAsync(SystemId id) => (await Core.Machines.GetAsync(id, Cancellation))!;

    public async Task<MachineToken> TokenAsync(Machine machine) => (await Core.MachineTokens.GetOrCreateAsync(machine.Id, Cancellation))!;

    /// <summary>An image of <paramref name="size"/> bytes, uploaded.</summary>
    public async Task<byte[]> UploadImageAsync(int size = 100_000, string name = "custom/debian-12", string fileType = "ddraw")
    {
        var bytes = new byte[size];
        for (var i = 0; i < size; i++) bytes[i] = (byte)(i * 31);
        var taken = await Core.BootResources.CreateAsync(new()
        {
            Name = name, Architecture = "amd64/generic", FileType = fileType, Size = size,
                Sha256 = Convert.ToHexStringLower(SHA256.HashData(bytes)),
        }, Cancellation);
        var resource = ((Maas.Core.Images.UploadResult.Taken)taken).Resource;
        await Core.BootResources.AppendAsync(resource.Id, resource.Sets[^1].File.Id, new MemoryStream(bytes), Cancellation);
        return bytes;
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
        await Core.DisposeAsync();
        if (_directory is not null) Directory.Delete(_directory, recursive: true);
    }
}

/// <summary>What the server answered.</summary>
internal sealed record Reply(HttpStatusCode Status, byte[] Body, HttpResponseHeaders Headers, HttpContentHeaders ContentHeaders)
{
    public int Code => (int)Status;

    public string Text => Encoding.UTF8.GetString(Body);

    public string? ContentType => ContentHeaders.TryGetValues("Content-Type", out var values) ? values.Single() : null;

    public JsonElement Json
    {
        get
        {
            using var document = JsonDocument.Parse(Body);
            return document.RootElement.Clone();
        }
    }

    /// <summary>Fails unless the answer has this status, showing what it said.</summary>
    public Reply Expect(int code)
    {
        Code.Should().Be(code, "the server said: {0}", Text);
        return this;
    }
}
