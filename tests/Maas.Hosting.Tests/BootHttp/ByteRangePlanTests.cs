using Maas.Hosting.BootHttp;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Maas.Hosting.Tests.BootHttp;

public class ByteRangePlanTests
{
    private static readonly EntityTagHeaderValue Tag = new("\"v1\"");

    [Theory]
    [InlineData(null, 200, 0, 1000)]
    [InlineData("bytes=0-0", 206, 0, 1)]
    [InlineData("bytes=0-999", 206, 0, 1000)]
    [InlineData("bytes=10-", 206, 10, 990)]
    [InlineData("bytes=990-5000", 206, 990, 10)]
    [InlineData("bytes=-5", 206, 995, 5)]
    [InlineData("bytes=-5000", 206, 0, 1000)]
    [InlineData("bytes=1000-", 416, 0, 0)]
    [InlineData("bytes=-0", 416, 0, 0)]
    [InlineData("bytes=0-1,3-4", 200, 0, 1000)]
    [InlineData("lines=0-1", 200, 0, 1000)]
    [InlineData("bytes=5-2", 200, 0, 1000)]
    [InlineData("rubbish", 200, 0, 1000)]
    public void A_range_earns_exactly_the_bytes_that_RFC_9110_gives_it(string? range, int status, long offset, long count) =>
        Plan(1000, (HeaderNames.Range, range)).Should().Be(new ByteRangePlan(status, offset, count));

    [Theory]
    [InlineData("bytes=0-", 416)]
    [InlineData("bytes=-1", 416)]
    [InlineData(null, 200)]
    public void An_empty_file_has_no_range(string? range, int status) =>
        Plan(0, (HeaderNames.Range, range)).Should().Be(new ByteRangePlan(status, 0, 0));

    [Theory]
    [InlineData("\"v1\"", 304)]
    [InlineData("W/\"v1\"", 304)]
    [InlineData("*", 304)]
    [InlineData("\"v2\", \"v1\"", 304)]
    [InlineData("\"v2\"", 200)]
    public void A_file_that_the_client_has_is_not_sent_again(string ifNoneMatch, int status) =>
        Plan(10, (HeaderNames.IfNoneMatch, ifNoneMatch)).StatusCode.Should().Be(status);

    [Theory]
    [InlineData("\"v1\"", 200)]
    [InlineData("\"v2\"", 412)]
    public void A_precondition_on_another_version_fails(string ifMatch, int status) =>
        Plan(10, (HeaderNames.IfMatch, ifMatch)).StatusCode.Should().Be(status);

    [Theory]
    [InlineData("\"v1\"", 206)]
    [InlineData("\"v2\"", 200)]
    [InlineData("Sun, 22 Nov 2026 22:21:09 GMT", 200)]
    public void A_download_is_resumed_only_on_the_same_version(string ifRange, int status) =>
        Plan(10, (HeaderNames.Range, "bytes=5-"), (HeaderNames.IfRange, ifRange)).StatusCode.Should().Be(status);

    [Fact]
    public void HEAD_is_about_the_whole_file_whatever_range_it_names() =>
        Plan("HEAD", 10, (HeaderNames.Range, "bytes=5-")).Should().Be(new ByteRangePlan(200, 0, 10));

    private static ByteRangePlan Plan(long length, params (string Name, string? Value)[] headers) => Plan("GET", length, headers);

    private static ByteRangePlan Plan(string method, long length, params (string Name, string? Value)[] headers)
    {
        var request = new DefaultHttpContext().Request;
        request.Method = method;
        foreach (var (name, value) in headers.Where(header => header.Value is not null)) request.Headers[name] = value;
        return ByteRangePlan.For(request, length, Tag);
    }
}
