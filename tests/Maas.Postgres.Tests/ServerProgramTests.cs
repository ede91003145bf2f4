using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Maas.Client;
using Maas.Client.Machines;
using Maas.Judges;
using Npgsql;

namespace Maas.Postgres.Tests;

/// <summary>The program <c>maas-server</c> as operators start it on several hosts.</summary>
public sealed partial class ServerProgramTests
{
    [Fact(Timeout = 120_000)]
    public async Task Two_servers_with_one_database_are_one_MAAS()
    {
        var stop = TestContext.Current.CancellationToken;
        var postgres = await PostgresServer.GetSharedAsync();
        await postgres.ExecuteAsync("CREATE DATABASE server_program");
        var database = new NpgsqlConnectionStringBuilder(postgres.ConnectionString) { Database = "server_program" }.ToString();
        var folder = Directory.CreateTempSubdirectory("maas-servers-");
        var secret = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)); // the operator gives all servers the same
        await File.WriteAllTextAsync(Path.Combine(folder.FullName, "secret.key"), secret, stop);
        string[] names = ["a", "b"];
        var starts = names.Select(name => ServerProgram.StartAsync(folder.FullName, name, database, stop)).ToList();
        try
        {
            var servers = await Task.WhenAll(starts); // at once, on an empty database
            var files = names.Select(name => Path.Combine(folder.FullName, name, "admin.apikey")).Where(File.Exists).ToList();
            var key = MaasApiKey.Parse(await File.ReadAllTextAsync(files.Should().ContainSingle("one server hands it out").Subject, stop));
            using var atFirst = new MaasClient(servers[0].Address, key);
            using var atSecond = new MaasClient(servers[1].Address, key);

            var created = await atFirst.Machines.CreateAsync(
                new MachineFields { Architecture = "amd64/generic", MacAddresses = ["52:54:00:00:00:01"], Hostname = "shared" }, stop);

            (await atSecond.Machines.GetAsync(created.SystemId, stop)).Hostname.Should().Be("shared");
            using var http = new HttpClient();
            using var health = await http.GetAsync(new Uri(servers[1].Address, "/health"), stop);
            health.StatusCode.Should().Be(HttpStatusCode.OK);
        }
        finally
        {
            await ((Task)Task.WhenAll(starts)).ConfigureAwait(
                ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            foreach (var start in starts.Where(start => start.IsCompletedSuccessfully)) await (await start).DisposeAsync();
            folder.Delete(recursive: true);
        }
    }

    [Fact(Timeout = 120_000)]
    public async Task A_session_of_the_dashboard_goes_on_at_another_server()
    {
        var stop = TestContext.Current.CancellationToken;
        var postgres = await PostgresServer.GetSharedAsync();
        await postgres.ExecuteAsync("CREATE DATABASE server_sessions");
        var database = new NpgsqlConnectionStringBuilder(postgres.ConnectionString) { Database = "server_sessions" }.ToString();
        var folder = Directory.CreateTempSubdirectory("maas-servers-");
        await File.WriteAllTextAsync(
            Path.Combine(folder.FullName, "secret.key"), Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)), stop);
        string[] names = ["a", "b"];
        var starts = names.Select(name => ServerProgram.StartAsync(folder.FullName, name, database, stop)).ToList();
        try
        {
            var servers = await Task.WhenAll(starts); // at once: each would make a key of its own
            var key = await File.ReadAllTextAsync(
                names.Select(name => Path.Combine(folder.FullName, name, "admin.apikey")).Single(File.Exists), stop);
            foreach (var (at, other) in new[] { (servers[0], servers[1]), (servers[1], servers[0]) })
            {
                var cookie = await SignInAsync(at.Address, key.Trim(), stop);
                using var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false });
                using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(other.Address, "events"));
                request.Headers.Add("Cookie", cookie);
                using var page = await client.SendAsync(request, stop);
                page.StatusCode.Should().Be(HttpStatusCode.OK, "the cookie of one server is valid at the other");
            }

            await using var source = NpgsqlDataSource.Create(database);
            await using var rows = source.CreateCommand("SELECT count(*), min(document) FROM data_protection_keys");
            await using var reader = await rows.ExecuteReaderAsync(stop);
            await reader.ReadAsync(stop);
            reader.GetInt64(0).Should().Be(1, "the first server's key counts");
            reader.GetString(1).Should().Contain("maasEncryptedKey").And.NotContain("masterKey");
        }
        finally
        {
            await ((Task)Task.WhenAll(starts)).ConfigureAwait(
                ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            foreach (var start in starts.Where(start => start.IsCompletedSuccessfully)) await (await start).DisposeAsync();
            folder.Delete(recursive: true);
        }
    }

    // The address ends with /MAAS/.
    private static async Task<string> SignInAsync(Uri address, string password, CancellationToken stop)
    {
        using var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, CookieContainer = new CookieContainer() });
        var page = await client.GetStringAsync(new Uri(address, "sign-in"), stop);
        var token = AntiforgeryField().Match(page);
        using var form = new FormUrlEncodedContent(
        [
            new(token.Groups["name"].Value, WebUtility.HtmlDecode(token.Groups["value"].Value)), new("user", "admin"),
            new("password", password), new("returnUrl", ""),
        ]);
        using var response = await client.PostAsync(new Uri(address, "sign-in"), form, stop);
        response.StatusCode.Should().Be(HttpStatusCode.Redirect);
        return response.Headers.GetValues("Set-Cookie").Single(each => each.StartsWith("maas-dashboard=", StringComparison.Ordinal))
            .Split(';')[0];
    }

    [GeneratedRegex(
        "<input type=\"hidden\" name=\"(?<name>__[^\"]+)\" value=\"(?<value>[^\"]+)\"", RegexOptions.None,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex AntiforgeryField();

    [Theory(Timeout = 60_000)]
    [InlineData("Host=/nowhere;Username=maas;Password=hunter2")]
    [InlineData("Colour=red;Password=hunter2")]
    public async Task A_database_that_cannot_be_used_is_one_line_without_the_password(string database)
    {
        var stop = TestContext.Current.CancellationToken;
        var folder = Directory.CreateTempSubdirectory("maas-servers-");
        using var process = ServerProgram.Start(folder.FullName, database, []);
        try
        {
            var error = process.StandardError.ReadToEndAsync(stop);
            await process.StandardOutput.ReadToEndAsync(stop);
            await process.WaitForExitAsync(stop);

            process.ExitCode.Should().Be(1);
            (await error).Should().StartWith("maas: ").And.NotContain("hunter2").And.NotContain("   at ");
        }
        finally
        {
            await ServerProgram.EndAsync(process);
            folder.Delete(recursive: true);
        }
    }

    private sealed partial class ServerProgram(Process process, Uri address) : IAsyncDisposable
    {
        public Uri Address { get; } = address;

        public static async Task<ServerProgram> StartAsync(string folder, string name, string database, CancellationToken stop)
        {
            var process = Start(Path.Combine(folder, name), database, ["--secret-key", Path.Combine(folder, "secret.key")]);
            try
            {
                while (await process.StandardOutput.ReadLineAsync(stop) is { } line)
                {
                    if (Dashboard().Match(line) is not { Success: true } found) continue;
                    _ = process.StandardOutput.BaseStream.CopyToAsync(Stream.Null, CancellationToken.None); // a full pipe would stop it
                    return new ServerProgram(process, new Uri(found.Value));
                }

                throw new InvalidOperationException(await process.StandardError.ReadToEndAsync(stop));
            }
            catch
            {
                await EndAsync(process);
                process.Dispose();
                throw;
            }
        }

        public static Process Start(string data, string database, IEnumerable<string> arguments)
        {
            var program = Path.Combine(Repository.Root, "samples/MaasServer/bin", Repository.Configuration, "net10.0/MaasServer.dll");
            return Judge.Start(
                "dotnet", [program, "--data", data, "--postgres", database, "--listen", "http://127.0.0.1:0", .. arguments],
                Path.GetTempPath());
        }

        public static async Task EndAsync(Process process)
        {
            process.Kill(); // nothing when it has ended
            await process.WaitForExitAsync(CancellationToken.None);
        }

        public async ValueTask DisposeAsync()
        {
            await EndAsync(process);
            process.Dispose();
        }

        [GeneratedRegex("http://127.0.0.1:[0-9]+/MAAS/", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
        private static partial Regex Dashboard();
    }
}
