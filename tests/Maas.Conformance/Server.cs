using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Maas.Conformance;

/// <summary>The server under test: requests with every byte under the control of the case, and the objects that cases need.</summary>
public sealed class Server : IDisposable
{
    private static readonly UriCreationOptions AsWritten = new() { DangerousDisablePathAndQueryCanonicalization = true };

    private readonly HttpClient _http;
    private readonly ConcurrentStack<string> _created = new();
    private readonly SemaphoreSlim _once = new(1, 1);
    private readonly string _run = RandomNumberGenerator.GetHexString(6, lowercase: true);
    private int _number;
    private ApiKeyParts? _user;
    private bool _hasImage;

    /// <summary>Names a server.</summary>
    /// <param name="root">Its address up to <c>/MAAS/</c>.</param>
    /// <param name="admin">The key of an administrator.</param>
    public Server(Uri root, ApiKeyParts admin)
    {
        Root = root.AbsoluteUri.EndsWith('/') ? root : new Uri(root.AbsoluteUri + "/");
        Admin = admin;
        _http = new HttpClient(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false })
        {
            Timeout = TimeSpan.FromSeconds(60),
        };
    }

    /// <summary>The address up to <c>/MAAS/</c>.</summary>
    public Uri Root { get; }

    /// <summary>The path prefix, such as <c>/MAAS</c>.</summary>
    public string Prefix => Root.AbsolutePath.TrimEnd('/');

    /// <summary>The key of an administrator.</summary>
    public ApiKeyParts Admin { get; }

    /// <summary>Finds a machine's own key when the API does not show it; null when the server is another process.</summary>
    public Func<string, Task<ApiKeyParts>>? MachineKey { get; init; }

    /// <summary>A name that no other case has.</summary>
    public string NewName(string kind = "conf") =>
        string.Create(CultureInfo.InvariantCulture, $"{kind}-{_run}-{Interlocked.Increment(ref _number)}");

    /// <summary>A MAC address that no other case has.</summary>
    public string NewMac()
    {
        var number = Interlocked.Increment(ref _number);
        return $"52:54:{_run[..2]}:{_run[2..4]}:{number >> 8 & 255:x2}:{number & 255:x2}";
    }

    /// <summary>An IPv4 network of 254 addresses that no other case has: its first three bytes.</summary>
    public string NewNetwork()
    {
        var number = Interlocked.Increment(ref _number);
        return string.Create(CultureInfo.InvariantCulture, $"10.{100 + (number >> 8)}.{number & 255}");
    }

    /// <summary>An object to delete when the run ends.</summary>
    public void DeleteAtEnd(string path) => _created.Push(path);

    /// <summary>The key of a user who is not an administrator; created with a password and logged in like a person.</summary>
    public async Task<ApiKeyParts> UserAsync()
    {
        await _once.WaitAsync();
        try
        {
            return _user ??= await CreateUserAsync();
        }
        finally
        {
            _once.Release();
        }
    }

    /// <summary>Another user's key.</summary>
    public async Task<ApiKeyParts> CreateUserAsync()
    {
        var name = NewName("user");
        var password = RandomNumberGenerator.GetHexString(24);
        (await PostAsync(
            "users/", ("username", name), ("email", $"{name}@example.com"), ("password", password), ("is_superuser", "0"))).Expect(200);
        DeleteAtEnd($"users/{name}/");
        var key = (await SendAsync("POST", $"{Prefix}/accounts/authenticate/", null, Form(
            ("username", name), ("password", password), ("consumer", "conformance")))).Expect(200).Json;
        return new(key.Text("consumer_key"), key.Text("token_key"), key.Text("token_secret"));
    }

    /// <summary>An image, so that machines can be deployed.</summary>
    public async Task EnsureImageAsync()
    {
        await _once.WaitAsync();
        try
        {
            if (_hasImage) return;
            var content = RandomNumberGenerator.GetBytes(64 << 10);
            var resource = (await PostAsync(
                "boot-resources/",
                ("name", "custom/" + NewName("image")),
                ("architecture", "amd64/generic"),
                ("filetype", "ddraw"),
                ("size", content.Length.ToString(CultureInfo.InvariantCulture)),
                ("sha256", Convert.ToHexStringLower(SHA256.HashData(content))))).Expect(201).Json;
            DeleteAtEnd($"boot-resources/{resource.Integer("id")}/");
            var file = resource.Member("sets").EnumerateObject().Last().Value.Member("files").EnumerateObject().First().Value;
            (await SendAsync("PUT", file.Text("upload_uri"), Admin.Sign(), Octets(content))).Expect(200);
            _hasImage = true;
        }
        finally
        {
            _once.Release();
        }
    }

    /// <summary>Sends a request. A path without a leading slash is below <c>/api/2.0/</c>.</summary>
    public async Task<Answer> SendAsync(string method, string path, string? authorization, HttpContent? content = null)
    {
        var target = path.StartsWith('/') ? path : $"{Prefix}/api/2.0/{path}";
        var uri = new Uri(Root.GetLeftPart(UriPartial.Authority) + target, AsWritten);
        using var request = new HttpRequestMessage(new HttpMethod(method), uri) { Content = content };
        if (authorization is not null) request.Headers.TryAddWithoutValidation("Authorization", authorization);
        using var response = await _http.SendAsync(request);
        return new Answer(
            $"{method} {target}",
            (int)response.StatusCode,
            await response.Content.ReadAsByteArrayAsync(),
            response.Headers,
            response.Content.Headers);
    }

    /// <summary>The address of a path below <c>/api/2.0/</c>.</summary>
    public Uri AddressOf(string path) => new($"{Root.GetLeftPart(UriPartial.Authority)}{Prefix}/api/2.0/{path}", AsWritten);

    /// <summary>GET as the administrator.</summary>
    public Task<Answer> GetAsync(string path) => GetAsync(Admin, path);

    /// <summary>GET as a user.</summary>
    public Task<Answer> GetAsync(ApiKeyParts key, string path) => SendAsync("GET", path, key.Sign());

    /// <summary>POST of a form as the administrator.</summary>
    public Task<Answer> PostAsync(string path, params (string Name, string Value)[] fields) => PostAsync(Admin, path, fields);

    /// <summary>POST of a form as a user.</summary>
    public Task<Answer> PostAsync(ApiKeyParts key, string path, params (string Name, string Value)[] fields) =>
        SendAsync("POST", path, key.Sign(), Form(fields));

    /// <summary>PUT of a form as the administrator.</summary>
    public Task<Answer> PutAsync(string path, params (string Name, string Value)[] fields) => PutAsync(Admin, path, fields);

    /// <summary>PUT of a form as a user.</summary>
    public Task<Answer> PutAsync(ApiKeyParts key, string path, params (string Name, string Value)[] fields) =>
        SendAsync("PUT", path, key.Sign(), Form(fields));

    /// <summary>DELETE as the administrator.</summary>
    public Task<Answer> DeleteAsync(string path) => SendAsync("DELETE", path, Admin.Sign());

    /// <summary>A urlencoded form.</summary>
    public static HttpContent Form(params (string Name, string Value)[] fields) =>
        new FormUrlEncodedContent(fields.Select(field => KeyValuePair.Create(field.Name, field.Value)));

    /// <summary>Bytes of no type.</summary>
    public static HttpContent Octets(byte[] content) =>
        new ByteArrayContent(content) { Headers = { ContentType = new("application/octet-stream") } };

    /// <summary>Bytes with a content type that is sent as it is written here.</summary>
    public static HttpContent Raw(string contentType, string body)
    {
        var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        return content;
    }

    /// <summary>A New machine of the administrator.</summary>
    public async Task<JsonElement> NewMachineAsync(params (string Name, string Value)[] fields)
    {
        var machine = (await PostAsync(
            "machines/",
            [
                ("architecture", "amd64/generic"), ("mac_addresses", NewMac()), ("hostname", NewName()), ("power_type", "manual"),
                ("commission", "false"), .. fields,
            ])).Expect(200).Json;
        DeleteAtEnd($"machines/{machine.Text("system_id")}/");
        return machine;
    }

    /// <summary>A Ready machine, which has reported its inventory through the metadata service.</summary>
    public async Task<JsonElement> ReadyMachineAsync(params (string Name, string Value)[] fields)
    {
        var machine = await NewMachineAsync(fields);
        var node = await MachineNode.CommissionAsync(this, machine.Text("system_id"));
        return await node.ReadAsync("Ready");
    }

    /// <summary>A machine that is allocated to the administrator.</summary>
    public async Task<JsonElement> AllocatedMachineAsync()
    {
        var id = (await ReadyMachineAsync()).Text("system_id");
        return (await PostAsync("machines/?op=allocate", ("system_id", id))).Expect(200).Json;
    }

    /// <summary>Deletes what the cases created, the newest first. What cannot be deleted remains.</summary>
    public async Task CleanAsync()
    {
        while (_created.TryPop(out var path))
        {
            try
            {
                await DeleteAsync(path);
            }
            catch (HttpRequestException exception)
            {
                await Console.Error.WriteLineAsync($"not deleted: {path}: {exception.Message}");
                return; // the server is gone
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _http.Dispose();
        _once.Dispose();
    }
}
