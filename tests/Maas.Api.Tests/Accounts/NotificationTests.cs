using System.Text.Json;

namespace Maas.Api.Tests.Accounts;

/// <summary>Messages for users, as the <c>maas</c> command and gomaasclient manage them.</summary>
public class NotificationTests
{
    [Fact]
    public async Task An_administrator_creates_reads_changes_and_deletes_a_message()
    {
        await using var host = await ApiHost.StartAsync();

        var created = (await host.PostAsync(
            host.Admin, "notifications/", ("message", "Disk {disk} is full"), ("context", """{"disk": "sda"}"""), ("category", "warning"),
            ("ident", "disk-full"), ("admins", "true"), ("dismissable", "false"))).Expect(200).Json;
        var uri = created.GetProperty("resource_uri").GetString()!;
        created.GetRawText().Should().Be($$$"""
            {"id":1,"ident":"disk-full","user":null,"message":"Disk {disk} is full","category":"warning","users":false,"admins":true,
            "dismissable":false,"context":{"disk": "sda"},"resource_uri":"/MAAS/api/2.0/notifications/1/"}
            """.ReplaceLineEndings(""));
        (await host.GetAsync(host.Admin, uri)).Expect(200).Json.GetRawText().Should().Be(created.GetRawText());

        var changed = (await host.PutAsync(host.Admin, uri, ("category", "error"), ("ident", ""))).Expect(200).Json;
        (changed.GetProperty("category").GetString(), changed.GetProperty("ident").ValueKind, changed.GetProperty("admins").GetBoolean())
            .Should().Be(("error", JsonValueKind.Null, true));
        (await host.DeleteAsync(host.Admin, uri)).Expect(204);
        (await host.GetAsync(host.Admin, uri)).Expect(404).Text.Should().Be("No Notification matches the given query.");
        (await host.GetAsync(host.Admin, "notifications/")).Expect(200).Text.Should().Be("[]");
        (await host.GetAsync(host.Admin, "events/?op=query&level=AUDIT")).Expect(200).Text.Should()
            .Contain("Notification 'disk-full' was created.");
    }

    [Fact]
    public async Task A_user_sees_the_messages_for_the_user_only()
    {
        await using var host = await ApiHost.StartAsync();
        (await host.PostAsync(host.Admin, "notifications/", ("message", "all"), ("users", "true"))).Expect(200);
        (await host.PostAsync(host.Admin, "notifications/", ("message", "admins"), ("admins", "true"))).Expect(200);
        var bobs = (await host.PostAsync(host.Admin, "notifications/", ("message", "bob"), ("user", "bob"))).Expect(200).Json;
        bobs.GetProperty("user").GetProperty("username").GetString().Should().Be("bob");
        var id = bobs.GetProperty("user").GetProperty("id").GetInt64();
        (await host.PostAsync(host.Admin, "notifications/", ("message", "by id"), ("user", $"{id}"))).Expect(200);

        (await MessagesAsync(host, host.Bob)).Should().Equal("all", "bob", "by id");
        (await MessagesAsync(host, host.Eve)).Should().Equal("all");
        (await MessagesAsync(host, host.Admin)).Should().Equal("admins");
        var uri = bobs.GetProperty("resource_uri").GetString()!;
        (await host.GetAsync(host.Bob, uri)).Expect(200);
        (await host.GetAsync(host.Eve, uri)).Expect(403);
        (await host.GetAsync(host.Admin, uri)).Expect(200);
        (await host.PostAsync(host.Eve, uri + "?op=dismiss")).Expect(403);
        (await host.PostAsync(host.Bob, "notifications/", ("message", "x"))).Expect(403);
        (await host.PutAsync(host.Bob, uri, ("message", "x"))).Expect(403);
        (await host.DeleteAsync(host.Bob, uri)).Expect(403);
    }

    [Fact]
    public async Task A_dismissed_message_is_listed_for_the_others_still()
    {
        await using var host = await ApiHost.StartAsync();
        var uri = (await host.PostAsync(host.Admin, "notifications/", ("message", "all"), ("users", "true"))).Expect(200).Json
            .GetProperty("resource_uri").GetString()!;

        (await host.PostAsync(host.Bob, uri + "?op=dismiss")).Expect(200);
        (await host.PostAsync(host.Bob, uri + "?op=dismiss")).Expect(200);

        (await MessagesAsync(host, host.Bob)).Should().BeEmpty();
        (await MessagesAsync(host, host.Eve)).Should().Equal("all");
        (await host.GetAsync(host.Bob, uri)).Expect(200);
        (await host.PutAsync(host.Admin, uri, ("dismissable", "false"))).Expect(200);
        (await host.PostAsync(host.Eve, uri + "?op=dismiss")).Expect(403).Text.Should().Be("This notification cannot be dismissed.");
        (await host.PostAsync(host.Eve, "notifications/99/?op=dismiss")).Expect(404);
    }

    [Theory]
    [InlineData("message", "", "message", "This field is required.")]
    [InlineData("category", "loud", "category", "Select a valid choice. loud is not one of the available choices.")]
    [InlineData("context", "[1]", "context", "Context is not a mapping.")]
    [InlineData("context", "{", "context", "Enter a valid JSON.")]
    [InlineData("context", """{"\ud800": 1}""", "context", "Enter a valid JSON.")]
    [InlineData("message", "{nobody}", "__all__", "Notification cannot be rendered.")]
    [InlineData("message", "{0}", "__all__", "Notification cannot be rendered.")]
    [InlineData("message", "half {", "__all__", "Notification cannot be rendered.")]
    [InlineData("message", "half }", "__all__", "Notification cannot be rendered.")]
    [InlineData("user", "nobody", "user", "Select a valid choice. That choice is not one of the available choices.")]
    [InlineData("users", "perhaps", "users", "Enter true or false.")]
    [InlineData("ident", "taken", "ident", "Notification with this Ident already exists.")]
    public async Task A_wrong_message_is_refused_by_the_field_at_fault(string field, string value, string at, string reason)
    {
        await using var host = await ApiHost.StartAsync();
        (await host.PostAsync(host.Admin, "notifications/", ("message", "{{a brace}}"), ("ident", "taken"))).Expect(200);
        List<(string, string)> fields = [("message", "words"), (field, value)];

        (await host.PostAsync(host.Admin, "notifications/", [.. fields.Where((each, place) => place == 1 || each.Item1 != field)]))
            .Expect(400).Json.GetProperty(at)[0].GetString().Should().Be(reason);
    }

    private static async Task<IEnumerable<string?>> MessagesAsync(ApiHost host, Maas.Core.Accounts.ApiKey key) =>
        (await host.GetAsync(key, "notifications/")).Expect(200).Json.EnumerateArray()
            .Select(each => each.GetProperty("message").GetString());
}
