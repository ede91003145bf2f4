using System.Net;
using System.Security.Cryptography;
using System.Text;
using Maas.Core.Accounts;
using Maas.Core.Configuration;
using Maas.Core.Nodes;
using Maas.Core.Power;
using Maas.Core.Records;
using Maas.Core.Stores;
using Maas.Testing;

namespace Maas.Core.Tests.Accounts;

public sealed class SecretKeyTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("maas-key-");

    private string KeyFile => Path.Combine(_folder.FullName, "secret.key");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Secrets_are_usable_and_their_text_is_in_no_file_of_the_store()
    {
        await using var test = await TestCore.OpenInFileAsync(options => options.SecretKeyFile = KeyFile);
        var user = ((CreateUserResult.Created)await test.Core.Users.CreateAsync("bob", "", new Secret(""), false)).User;
        var machine = await test.EnlistAsync();
        var key = await test.Core.Users.CreateApiKeyAsync(user, "key");
        var token = await test.Core.MachineTokens.GetOrCreateAsync(machine.Id);

        (await test.Core.Users.FindApiKeyAsync(key.ConsumerKey, key.TokenKey)).Should().Be(key);
        (await test.Core.Users.ListApiKeysAsync(user)).Should().Equal(key);
        (await test.Core.MachineTokens.FindAsync(token!.ConsumerKey, token.TokenKey)).Should().Be(token);
        var boot = await test.Core.BootTokens.IssueAsync(machine.Id, null);
        (await test.Core.BootTokens.RedeemAsync(boot!.Value, IPAddress.Loopback)).Should().Be(new BootTokenResult.Accepted(token));
        await test.ReopenAsync();
        (await test.Core.Users.FindApiKeyAsync(key.ConsumerKey, key.TokenKey)).Should().Be(key);

        await test.Core.DisposeAsync();
        foreach (var file in Directory.GetFiles(Path.GetDirectoryName(test.DataSource)!))
        {
            var text = Encoding.Latin1.GetString(await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken));
            text.Should().NotContain(key.TokenSecret.Reveal()).And.NotContain(token.TokenSecret.Reveal());
        }

        if (!OperatingSystem.IsWindows()) File.GetUnixFileMode(KeyFile).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Fact]
    public async Task Of_two_hosts_that_start_together_with_keys_of_their_own_one_is_refused()
    {
        await using var store = new InMemoryMaasStore();
        await store.OpenAsync(new StoreLimits(), TestContext.Current.CancellationToken);
        var racing = new RacingSettings(store.Settings, "secret_key_fingerprint", 2);
        var starts = new[] { "a", "b" }.Select(name => SecretKeyFile.OpenAsync(
            Path.Combine(_folder.FullName, name), racing, TestContext.Current.CancellationToken)).ToArray();
        await Task.WhenAll(starts).ContinueWith(_ => { }, TestContext.Current.CancellationToken);

        starts.Count(start => start.IsCompletedSuccessfully).Should().Be(1);
        starts.Single(start => start.IsFaulted).Exception!.InnerException.Should().BeOfType<SecretKeyException>();
        (await store.Settings.GetAsync("secret_key_fingerprint", TestContext.Current.CancellationToken)).Should()
            .Be($"\"{(await starts.Single(start => start.IsCompletedSuccessfully)).Fingerprint}\"");
    }

    [Fact]
    public async Task A_derived_secret_is_one_of_the_key_for_one_purpose()
    {
        await using var test = await TestCore.OpenInFileAsync(options => options.SecretKeyFile = KeyFile);
        var secret = test.Core.DeriveSecret("image peers");

        secret!.Value.Reveal().Should().HaveLength(64);
        test.Core.DeriveSecret("other").Should().NotBe(secret);
        await test.ReopenAsync();
        test.Core.DeriveSecret("image peers").Should().Be(secret);
        await using var open = await TestCore.OpenInFileAsync(_ => { });
        open.Core.DeriveSecret("image peers").Should().BeNull("there is no key");
    }

    [Fact]
    public async Task Keys_of_a_store_that_was_not_encrypted_stay_valid_and_are_encrypted_at_the_next_start()
    {
        string? keyFile = null;
        await using var test = await TestCore.OpenInFileAsync(options => options.SecretKeyFile = keyFile);
        var user = ((CreateUserResult.Created)await test.Core.Users.CreateAsync("bob", "", new Secret(""), false)).User;
        var key = await test.Core.Users.CreateApiKeyAsync(user, "key");
        keyFile = KeyFile;

        await test.ReopenAsync();

        (await test.Core.Users.ListApiKeysAsync(user)).Should().Equal(key);
        keyFile = null;
        var open = test.ReopenAsync;
        await open.Should().ThrowAsync<SecretKeyException>().WithMessage("*Set SecretKeyFile*");
    }

    [Fact]
    public async Task Licence_keys_are_encrypted_also_those_that_were_stored_before_there_was_a_key()
    {
        string? keyFile = null;
        await using var test = await TestCore.OpenInFileAsync(options => options.SecretKeyFile = keyFile);
        await AddAsync("win2019", "OLD-LICENCE-KEY");
        keyFile = KeyFile;
        await test.ReopenAsync();
        await AddAsync("win2022", "NEW-LICENCE-KEY");
        await test.Core.LicenseKeys.UpdateAsync(2, key => key with { Key = new Secret("NEWER-LICENCE-KEY") }, null);

        (await test.Core.LicenseKeys.ListAsync()).Select(key => key.Key.Reveal()).Should().Equal("OLD-LICENCE-KEY", "NEWER-LICENCE-KEY");
        (await test.Core.LicenseKeys.GetAsync(1))!.ToString().Should().NotContain("OLD-LICENCE-KEY");
        await test.ReopenAsync();
        (await test.Core.LicenseKeys.ListAsync()).Select(key => key.Key.Reveal()).Should().Equal("OLD-LICENCE-KEY", "NEWER-LICENCE-KEY");
        var records = await test.Store.Records.ListAsync(
            new RecordQuery<LicenseKey>(ConfigurationTables.LicenseKeys), TestContext.Current.CancellationToken);
        records.Should().HaveCount(2).And.AllSatisfy(record => record.Key.Reveal().Should().StartWith("aesgcm1:"));

        async Task AddAsync(string series, string key) => (await test.Core.LicenseKeys.CreateAsync(
            new LicenseKey { OsSystem = "windows", DistroSeries = series, Key = new Secret(key) }, null))
            .Should().BeOfType<RecordEdit<LicenseKey>.Done>().Which.Record.Key.Reveal().Should().Be(key);
    }

    [Fact]
    public async Task Power_parameters_are_usable_and_their_text_is_in_no_file_of_the_store()
    {
        await using var test = await TestCore.OpenInFileAsync(options => options.SecretKeyFile = KeyFile);
        var machine = await test.ReadyAsync();
        await test.Machines.EditAsync(machine.Id, null, each => each with
        {
            Power = new PowerSettings("redfish", new Dictionary<string, string> { ["power_pass"] = "another-word", ["node_id"] = "1" }),
        });

        (await test.GetAsync(machine.Id)).Power.Parameters.Should().BeEquivalentTo(
            new Dictionary<string, string> { ["power_pass"] = "another-word", ["node_id"] = "1" });
        await test.DoAsync(machine.Id, new MachineCommand.QueryPower());
        await test.SettleAsync(machine.Id);
        test.Power.Target!.Power.Parameters["power_pass"].Should().Be("another-word");
        (await test.GetAsync(machine.Id)).Power.ToString().Should().NotContain("another-word");
        await test.ReopenAsync();
        (await test.Machines.ListAsync(new MachineFilter())).Single().Power.Parameters["power_pass"].Should().Be("another-word");

        await test.Core.DisposeAsync();
        foreach (var file in Directory.GetFiles(Path.GetDirectoryName(test.DataSource)!))
        {
            var text = Encoding.Latin1.GetString(await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken));
            text.Should().NotContain("hunter2").And.NotContain("another-word");
        }
    }

    [Fact]
    public async Task Power_parameters_that_were_stored_before_there_was_a_key_are_encrypted_at_the_next_start()
    {
        string? keyFile = null;
        await using var test = await TestCore.OpenAsync(options => options.SecretKeyFile = keyFile);
        for (var number = 0; number < 120; number++) await test.EnlistAsync($"52:54:00:00:01:{number:x2}");
        keyFile = KeyFile;

        await test.ReopenAsync();

        (await test.Machines.ListAsync(new MachineFilter())).Should().HaveCount(120)
            .And.AllSatisfy(machine => machine.Power.Parameters["power_pass"].Should().Be("hunter2"));
        var stored = await test.Store.Machines.ListAsync(new MachineFilter(), TestContext.Current.CancellationToken);
        stored.Should().AllSatisfy(machine => machine.Power.Parameters["power_pass"].Should().StartWith("aesgcm1:"));
        stored.Select(machine => machine.Power.Parameters["power_pass"]).Should().OnlyHaveUniqueItems();
        await test.ReopenAsync();
        (await test.Store.Machines.ListAsync(new MachineFilter(), TestContext.Current.CancellationToken))
            .Select(machine => machine.Version).Should().AllBeEquivalentTo(2, "they are encrypted once");
    }

    [Fact]
    public async Task A_machine_that_changes_keeps_the_stored_text_of_its_power_parameters()
    {
        await using var test = await TestCore.OpenAsync(options => options.SecretKeyFile = KeyFile);
        var machine = await test.EnlistAsync();
        var before = await StoredAsync();

        await test.Machines.EditAsync(machine.Id, null, each => each with { Description = "new" });

        (await StoredAsync()).Should().Be(before).And.StartWith("aesgcm1:");

        async Task<string> StoredAsync() => (await test.Store.Machines.GetAsync(machine.Id, TestContext.Current.CancellationToken))!
            .Power.Parameters["power_pass"];
    }

    [Fact]
    public async Task A_power_parameter_that_was_moved_to_another_machine_is_not_decrypted()
    {
        await using var test = await TestCore.OpenAsync(options => options.SecretKeyFile = KeyFile);
        var (one, other) = (await test.EnlistAsync(), await test.EnlistAsync("52:54:00:00:00:02"));
        var store = test.Store.Machines;
        var stolen = (await store.GetAsync(one.Id, TestContext.Current.CancellationToken))!.Power;
        var target = (await store.GetAsync(other.Id, TestContext.Current.CancellationToken))!;
        await store.SaveAsync(
            [new MachineChange { Machine = target with { Power = stolen }, At = test.Clock.GetUtcNow() }],
            TestContext.Current.CancellationToken);

        var read = await test.GetAsync(other.Id);

        read.Power.Parameters.Keys.Should().Equal("power_pass");
        Func<string> reveal = () => read.Power.Parameters["power_pass"];
        reveal.Should().Throw<CryptographicException>();
        read.Power.Parameters.TryGetValue("absent", out _).Should().BeFalse();
    }

    [Fact]
    public async Task An_encrypted_store_is_not_opened_without_its_key_and_no_other_key_is_made()
    {
        await using var test = await TestCore.OpenInFileAsync(options => options.SecretKeyFile = KeyFile);
        var original = await File.ReadAllTextAsync(KeyFile, TestContext.Current.CancellationToken);
        var open = test.ReopenAsync;

        File.Delete(KeyFile);
        await open.Should().ThrowAsync<SecretKeyException>().WithMessage("*is missing*");
        File.Exists(KeyFile).Should().BeFalse();
        foreach (var damaged in new[] { "", "short", new string('A', 1000), original[..20] })
        {
            await File.WriteAllTextAsync(KeyFile, damaged, TestContext.Current.CancellationToken);
            await open.Should().ThrowAsync<SecretKeyException>().WithMessage("*is damaged*");
        }

        await File.WriteAllTextAsync(
            KeyFile, Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)), TestContext.Current.CancellationToken);
        await open.Should().ThrowAsync<SecretKeyException>().WithMessage("*another key*");
        await File.WriteAllTextAsync(KeyFile, original, TestContext.Current.CancellationToken);
        await test.ReopenAsync();
    }

    [Fact]
    public void A_secret_is_of_use_in_its_own_row_only()
    {
        var cipher = new SecretCipher(RandomNumberGenerator.GetBytes(32));
        var stored = cipher.Protect(new Secret("secret"), "one");

        stored.Reveal().Should().StartWith("aesgcm1:").And.NotContain("secret");
        cipher.Protect(new Secret("secret"), "one").Reveal().Should().NotBe(stored.Reveal(), "each has a nonce of its own");
        cipher.Unprotect(stored, "one").Reveal().Should().Be("secret");
        Action other = () => cipher.Unprotect(stored, "two");
        other.Should().Throw<CryptographicException>();
        foreach (var text in new[] { "aesgcm1:", "aesgcm1:!!!", stored.Reveal()[..^4], stored.Reveal() + "AAAA" })
        {
            Action changed = () => cipher.Unprotect(new Secret(text), "one");
            changed.Should().Throw<CryptographicException>(text);
        }

        Action withoutKey = () => new SecretCipher(null).Unprotect(stored, "one");
        withoutKey.Should().Throw<CryptographicException>();
    }
}
