using System.Text.Json;
using Maas.Client;
using Maas.Judges;

namespace MaasNet.Tests;

/// <summary>The program against a server, as its users run it.</summary>
public sealed class CommandTests(DemoServer server) : IClassFixture<DemoServer>, IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("maas-net-");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Machines_are_listed_for_people_and_for_programs()
    {
        var table = (await server.RunAsync("machines", "list")).Approved().Output;
        var json = (await server.RunAsync("machines", "list", "--status", "ready", "--json")).Approved().Output;

        table.Should().MatchRegex(@"ID +NAME +STATUS").And.MatchRegex(@"\w{6} +demo-03\.maas +Failed testing +off");
        using var ready = JsonDocument.Parse(json);
        ready.RootElement.EnumerateArray().Select(machine => machine.GetProperty("hostname").GetString()).Should().Equal("demo-02");
    }

    [Theory]
    [InlineData("demo-03")]
    [InlineData("demo-03.maas")]
    [InlineData("52:54:00:de:00:02")]
    public async Task A_machine_is_found_by_its_names(string name)
    {
        var shown = (await server.RunAsync("machines", "show", name)).Approved().Output;

        shown.Should().MatchRegex(@"Name +demo-03\.maas").And.MatchRegex(@"Product +Edge").And.MatchRegex(@"Disks +sda");
    }

    [Fact]
    public async Task An_unknown_machine_is_wrong_usage_and_nothing_is_done()
    {
        var verdict = await server.RunAsync("machines", "off", "demo-01", "demo-99");

        verdict.ExitCode.Should().Be(2);
        verdict.Error.Trim().Should().Be("maas-net: no machine is named demo-99: run 'maas-net machines list'");
        (await server.RunAsync("machines", "show", "demo-01")).Output.Should().MatchRegex(@"Power +on");
    }

    [Fact]
    public async Task A_refusal_is_the_server_s_reason_and_exit_code_1()
    {
        var verdict = await server.RunAsync("machines", "deploy", "demo-03");

        verdict.ExitCode.Should().Be(1);
        verdict.Output.Trim().Should().Be("0 of 1 done");
        verdict.Error.Should().StartWith("maas-net: demo-03: ").And.Contain("Failed testing");
    }

    [Fact]
    public async Task A_failed_machine_is_explained()
    {
        var explained = (await server.RunAsync("explain", "demo-03")).Approved().Output;

        explained.Should().Contain("20-maas-disk-read").And.Contain("Next: ");
    }

    [Fact]
    public async Task The_scripts_of_the_next_boot_are_shown_and_compared_with_another_machines()
    {
        var preview = (await server.RunAsync("preview", "demo-03", "--compare", "demo-04")).Approved().Output;
        var json = (await server.RunAsync("preview", "demo-04", "--json")).Approved().Output;

        preview.Should().StartWith("demo-03: ").And.Contain("  BIOS PXE: ").And.Contain("\n== iPXE script\n#!ipxe\n");
        json.Should().Contain("\"next_boot\"").And.Contain("\"files\"");
        (await server.RunAsync("leases")).Approved().Output.Should().Contain("ENDS");
    }

    [Fact]
    public async Task Scripts_and_their_values_are_sent_and_what_the_server_says_of_them_is_shown()
    {
        var release = await server.RunAsync("machines", "release", "demo-04", "--scripts", "none-such,wipe-disks");
        var test = await server.RunAsync("machines", "test", "demo-04", "--tests", "cpu-load", "--value", "cpu-load_runtime=never");
        var wrong = await server.RunAsync("machines", "test", "demo-04", "--value", "runtime");

        release.Error.Should().Contain("none-such");
        test.Error.Should().Contain("runtime");
        wrong.Error.Should().Contain("'runtime' is not NAME=VALUE.");
    }

    [Fact]
    public async Task A_machine_is_released_and_deployed_again_and_each_status_is_shown()
    {
        var released = (await server.RunAsync("machines", "release", "demo-04", "--erase", "quick", "--wait")).Approved().Output;
        var deployed = (await server.RunAsync("machines", "deploy", "demo-04", "--series", "custom/demo", "--wait")).Approved().Output;

        released.Should().EndWith("demo-04: Ready\n");
        deployed.Should().EndWith("demo-04: Deployed\n");
    }

    [Fact]
    public async Task An_image_is_uploaded_listed_and_deleted()
    {
        var file = Path.Combine(_folder.FullName, "small.tar.gz");
        await File.WriteAllBytesAsync(file, [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0]);

        var uploaded = (await server.RunAsync("images", "import", file, "--name", "custom/small", "--json")).Approved().Output;
        var listed = (await server.RunAsync("images", "list")).Approved().Output;
        using var image = JsonDocument.Parse(uploaded);
        var id = image.RootElement.GetProperty("id").GetInt64();
        (await server.RunAsync("images", "delete", $"{id}")).Approved();

        listed.Should().MatchRegex($@"(?m)^{id} +custom/small");
        (await server.RunAsync("images", "list")).Output.Should().NotContain("custom/small");
        (await server.RunAsync("images", "import", "/dev/null/x", "--name", "custom/none")).ExitCode.Should().Be(2);
    }

    [Fact]
    public async Task The_server_imports_images_and_is_waited_for()
    {
        var ended = (await server.RunAsync("images", "sync", "--json")).Approved().Output;
        var text = (await server.RunAsync("images", "sync")).Approved().Output;

        using var json = JsonDocument.Parse(ended);
        json.RootElement.GetProperty("importing").GetBoolean().Should().BeFalse();
        json.RootElement.GetProperty("result").GetString().Should().Be("succeeded");
        text.Trim().Should().Be("0 images are selected: succeeded");
    }

    [Fact]
    public async Task Events_of_a_machine_are_followed_until_the_program_is_ended()
    {
        using var client = new MaasClient(new Uri(server.Url), MaasApiKey.Parse(await File.ReadAllTextAsync(server.KeyFile, Token)));
        var fields = new MaasForm().Add("hostname", "watched").Add("mac_addresses", "52:54:00:aa:00:01").Add("architecture", "amd64")
            .Add("power_type", "manual").Add("commission", "false");
        using (await client.SendAsync(HttpMethod.Post, "machines/", fields, Token))
        using (var watch = server.Start("watch", "watched", "--json"))
        {
            var next = watch.StandardOutput.ReadLineAsync(Token).AsTask();
            // What happened before it follows is not shown: something happens until it does.
            while (!next.IsCompleted)
            {
                (await server.RunAsync("machines", "mark-broken", "watched")).Approved();
                (await server.RunAsync("machines", "mark-fixed", "watched")).Approved();
            }

            var errors = watch.StandardError.ReadToEndAsync(Token);
            (await Judge.RunAsync("bash", ["-c", $"kill -TERM {watch.Id}"], cancellationToken: Token)).Approved();
            await watch.WaitForExitAsync(Token);

            (await errors).Should().BeEmpty();
            watch.ExitCode.Should().Be(130);
            using var happened = JsonDocument.Parse((await next)!); // it writes before it ends
            happened.RootElement.GetProperty("hostname").GetString().Should().Be("watched");
            happened.RootElement.GetProperty("level").GetString().Should().NotBe("AUDIT");
        }

        (await server.RunAsync("machines", "delete", "watched")).Approved();
    }

    [Fact]
    public async Task A_capture_of_a_boot_is_downloaded_and_replayed()
    {
        var file = Path.Combine(_folder.FullName, "boot.pcapng");

        (await server.RunAsync("capture", "demo-01", "--output", file)).Approved();
        var replayed = (await server.RunAsync(
            "replay", file, "--subnet", "127.0.0.0/16", "--range", "127.0.77.1-127.0.77.9")).Approved().Output;

        replayed.Should().Contain("Discover 52:54:00:de:00:00").And.MatchRegex(@"here +\S.* Offer 52:54:00:de:00:00 .*127\.0\.77\.");
    }

    [Fact]
    public async Task A_key_is_created_used_and_revoked()
    {
        var output = (await server.RunAsync("apikey", "create", "--name", "nightly", "--json")).Approved().Output;
        using var created = JsonDocument.Parse(output);
        var key = created.RootElement.GetProperty("key").GetString()!; // an API key
        var file = Path.Combine(_folder.FullName, "key");
        await File.WriteAllTextAsync(file, key);

        var login = await DemoServer.RunWithProfilesAsync(_folder.FullName, "login", server.Url, "--key-file", file, "--name", "lab");
        var profiles = (await DemoServer.RunWithProfilesAsync(_folder.FullName, "profiles")).Approved().Output;
        var machines = (await DemoServer.RunWithProfilesAsync(_folder.FullName, "machines", "list", "--profile", "lab")).Approved().Output;
        (await server.RunAsync("apikey", "delete", key.Split(':')[1])).Approved();
        var after = await DemoServer.RunWithProfilesAsync(_folder.FullName, "machines", "list");

        login.Approved().Output.Should().Contain("as admin");
        profiles.Should().Contain("lab").And.NotContain(key.Split(':')[2]);
        machines.Should().Contain("demo-01");
        after.ExitCode.Should().Be(1);
        after.Error.Should().Contain("does not accept the API key").And.NotContain(key.Split(':')[2]);
    }

    [Theory]
    [InlineData("http://127.0.0.1:1/MAAS", "a:b:c", 3, "the server cannot be reached")]
    [InlineData("http://127.0.0.1:1/MAAS", "nonsense", 2, "the API key has not the form")]
    [InlineData("nonsense", "a:b:c", 2, "nonsense is no address such as http://SERVER:5240/MAAS")]
    public async Task A_login_that_cannot_be_is_explained(string url, string key, int code, string expected)
    {
        var file = Path.Combine(_folder.FullName, "key");
        await File.WriteAllTextAsync(file, key);

        var verdict = await DemoServer.RunWithProfilesAsync(_folder.FullName, "login", url, "--key-file", file);

        verdict.ExitCode.Should().Be(code);
        verdict.Error.Should().Contain(expected);
        Directory.Exists(Path.Combine(_folder.FullName, "maas-net")).Should().BeFalse();
    }

    [Fact]
    public async Task A_command_without_a_server_says_what_to_do()
    {
        var verdict = await DemoServer.RunWithProfilesAsync(_folder.FullName, "machines", "list");

        verdict.ExitCode.Should().Be(2);
        verdict.Error.Should().Contain("run 'maas-net login http://SERVER:5240/MAAS'");
    }

    [Fact]
    public async Task An_administrator_is_created_in_the_store_of_a_server_that_does_not_run()
    {
        var data = Path.Combine(_folder.FullName, "data");
        var command = $"echo 'correct horse' | dotnet {Path.ChangeExtension(typeof(CommandTree).Assembly.Location, "dll")} createadmin "
            + $"--data {data} --username ann --email ann@example.com";

        var first = await Judge.RunAsync("bash", ["-c", command], cancellationToken: Token);
        var second = await Judge.RunAsync("bash", ["-c", command], cancellationToken: Token);

        first.Approved().Output.Should().Contain("The administrator ann was created.");
        second.ExitCode.Should().Be(1);
        second.Error.Should().Contain("the user ann was not created");
    }

    [Fact]
    public async Task The_store_of_a_running_server_is_backed_up_restored_and_copied()
    {
        var folder = Path.GetDirectoryName(server.KeyFile)!;
        var (backup, restored) = (Path.Combine(_folder.FullName, "backup.gz"), Path.Combine(_folder.FullName, "restored"));
        var copy = Path.Combine(_folder.FullName, "copy.db");

        var written = (await server.RunAsync("store", "backup", backup, "--store", folder)).Approved().Output;
        var again = await server.RunAsync("store", "backup", backup, "--store", folder);
        var read = (await server.RunAsync("store", "restore", backup, "--store", restored)).Approved().Output;
        var refused = await server.RunAsync("store", "restore", backup, "--store", folder, "--force");
        var copied = (await server.RunAsync("store", "copy", "--from", restored, "--to", copy, "--json")).Approved().Output;
        var wrong = await server.RunAsync("store", "copy", "--from", "Host=db;Password=hunter2;Wrong=1", "--to", copy);

        written.Should().MatchRegex(@"machines +4 ").And.MatchRegex(@"rows in \d+ tables, schema \d+ of sqlite");
        read.Should().Be(written);
        again.ExitCode.Should().Be(1);
        again.Error.Should().Contain("exists");
        refused.ExitCode.Should().Be(1);
        refused.Error.Should().Contain("is in use by");
        using var tables = JsonDocument.Parse(copied);
        tables.RootElement.EnumerateArray().Single(table => table.GetProperty("table").GetString() == "machines")
            .GetProperty("rows").GetInt64().Should().Be(4);
        wrong.ExitCode.Should().NotBe(0);
        (wrong.Output + wrong.Error).Should().NotContain("hunter2");
    }
}
