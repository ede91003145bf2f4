using System.Security.Cryptography;
using System.Text;

namespace Maas.Client.Tests.Images;

public class BootResourcesClientTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_image_is_announced_and_sent_in_pieces_of_4_MiB()
    {
        var content = RandomNumberGenerator.GetBytes(9 << 20);
        var server = new StubServer(request => request.Method switch
        {
            "POST" => StubServer.Json(Resource(complete: false), System.Net.HttpStatusCode.Created),
            "PUT" => StubServer.Text(System.Net.HttpStatusCode.OK, "OK"),
            _ => StubServer.Json(Resource(complete: true)),
        });
        using var client = server.Client();
        List<long> progress = [];

        using var stream = new MemoryStream([0, .. content]) { Position = 1 };
        var resource = await client.BootResources.UploadAsync(
            new() { Name = "custom/x", FileType = "ddraw" }, stream, new Recorder(progress), Cancellation);

        resource.Sets["20261122"].Files["root-dd"].Complete.Should().BeTrue();
        progress.Should().Equal(4 << 20, 8 << 20, 9 << 20);
        server.Requests.Select(each => each.Target).Should().Equal(
            "POST /MAAS/api/2.0/boot-resources/",
            "PUT /MAAS/api/2.0/boot-resources/7/upload/9/",
            "PUT /MAAS/api/2.0/boot-resources/7/upload/9/",
            "PUT /MAAS/api/2.0/boot-resources/7/upload/9/",
            "GET /MAAS/api/2.0/boot-resources/7/");
        server.Requests[0].Body.Should().Be(
            "name=custom%2Fx&architecture=amd64%2Fgeneric&filetype=ddraw&size=9437184&sha256="
            + Convert.ToHexStringLower(SHA256.HashData(content)));
        server.Requests[1].ContentType.Should().Be("application/octet-stream");
    }

    [Fact]
    public async Task An_image_that_the_server_has_is_not_sent()
    {
        var server = new StubServer(_ => StubServer.Json(Resource(complete: true)));
        using var client = server.Client();

        await client.BootResources.UploadAsync(new() { Name = "custom/x" }, new MemoryStream([1]), null, Cancellation);

        server.Requests.Should().ContainSingle();
    }

    [Fact]
    public async Task A_piece_whose_answer_is_lost_is_not_sent_twice()
    {
        var server = new StubServer(request => request.Method == "POST"
            ? StubServer.Json(Resource(complete: false))
            : throw new HttpRequestException(HttpRequestError.ResponseEnded));
        using var client = server.Client(new() { RetryDelay = TimeSpan.Zero });

        var uploading = () => client.BootResources.UploadAsync(new() { Name = "custom/x" }, new MemoryStream([1]), null, Cancellation);

        await uploading.Should().ThrowAsync<HttpRequestException>();
        server.Requests.Should().HaveCount(2);
    }

    [Fact]
    public async Task A_stream_without_bytes_is_refused()
    {
        using var client = new StubServer(_ => StubServer.Json("{}")).Client();

        var uploading = () => client.BootResources.UploadAsync(new() { Name = "custom/x" }, new MemoryStream(), null, Cancellation);

        await uploading.Should().ThrowAsync<ArgumentException>();
    }

    private static string Resource(bool complete)
    {
        var upload = complete ? "null" : "\"/MAAS/api/2.0/boot-resources/7/upload/9/\"";
        return new StringBuilder("""{"id":7,"type":"Uploaded","name":"custom/x",""")
            .Append("""  "sets":{"20250101":{"files":{"root-dd":{"complete":true}}},""")
            .Append("\"20261122\":{\"version\":\"20261122\",\"files\":{\"root-dd\":{\"filename\":\"root-dd\",\"complete\":")
            .Append(complete ? "true" : "false").Append(",\"upload_uri\":").Append(upload).Append("}}}}}").ToString();
    }

    private sealed class Recorder(List<long> reports) : IProgress<long>
    {
        public void Report(long value) => reports.Add(value);
    }
}
