using System.Text.Json;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Maas.Postgres.Tests.Faults;

/// <summary>A change as a host posted it.</summary>
/// <param name="Host">The host, by the path that it posts to.</param>
/// <param name="Id">Its id.</param>
/// <param name="Machine">The machine.</param>
/// <param name="Number">Its number in the change feed.</param>
/// <param name="Version">The machine's version.</param>
/// <param name="At">When it arrived.</param>
internal sealed record PostedChange(string Host, string Id, string Machine, long Number, long Version, long At);

/// <summary>An endpoint on loopback that notes every request, and answers when it may.</summary>
internal sealed class WebhookReceiver : IAsyncDisposable
{
    private readonly Channel<PostedChange> _posted = Channel.CreateUnbounded<PostedChange>();
    private readonly WebApplication _application;
    private TaskCompletionSource _answers = Opened();

    private WebhookReceiver(WebApplication application) => _application = application;

    public ChannelReader<PostedChange> Posted => _posted.Reader;

    public static async Task<WebhookReceiver> StartAsync(CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder(["--hostBuilder:reloadConfigOnChange=false"]);
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var receiver = new WebhookReceiver(builder.Build());
        receiver._application.MapPost("/{host}", receiver.TakeAsync);
        await receiver._application.StartAsync(cancellationToken);
        return receiver;
    }

    /// <summary>Where a host posts to.</summary>
    public string UrlOf(string host) => $"{_application.Urls.Single()}/{host}";

    /// <summary>Takes requests from now on, and answers none.</summary>
    public void HoldAnswers() => _answers = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Answers again.</summary>
    public void Answer() => _answers.TrySetResult();

    public async ValueTask DisposeAsync()
    {
        Answer();
        await _application.DisposeAsync();
    }

    private static TaskCompletionSource Opened()
    {
        var opened = new TaskCompletionSource();
        opened.SetResult();
        return opened;
    }

    private async Task TakeAsync(HttpContext context, string host)
    {
        using var document = await JsonDocument.ParseAsync(context.Request.Body, default, context.RequestAborted);
        var data = document.RootElement.GetProperty("data");
        _posted.Writer.TryWrite(new PostedChange(
            host, context.Request.Headers["webhook-id"].ToString(), data.GetProperty("system_id").GetString()!, // it is of a machine
            data.GetProperty("number").GetInt64(), data.GetProperty("version").GetInt64(), TimeProvider.System.GetTimestamp()));
        await _answers.Task.WaitAsync(context.RequestAborted);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }
}
