using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Maas.Core.Nodes;

namespace Maas.Core.Tests.Nodes;

public class MachineMetricsTests
{
    [Fact]
    public async Task A_deployment_is_measured_and_traced_under_its_operations_id()
    {
        using var spans = new Spans();
        using var numbers = new Numbers();
        await using var test = await TestCore.OpenAsync();
        await test.UploadAsync();
        var id = (await test.ReadyAsync()).Id;
        var operation = (await test.DoAsync(id, new MachineCommand.Deploy("bob"))).OperationId!.Value;
        test.Clock.Advance(TimeSpan.FromMinutes(3));
        await test.DoAsync(id, new MachineReport.NetbootOff());
        await test.DoAsync(id, new MachineReport.UserDataFetched());

        var span = spans.All.Should().ContainSingle(each =>
            each.DisplayName == "Deploying" && (string?)each.GetTagItem("maas.machine.id") == id.ToString()).Subject;
        span.TraceId.ToHexString().Should().Be(operation.ToString("N"));
        span.Duration.Should().Be(TimeSpan.FromMinutes(3));
        span.Status.Should().Be(ActivityStatusCode.Unset);
        spans.All.Should().Contain(each => each.DisplayName == "Deploy" && each.Links.Any(link => link.Context.TraceId == span.TraceId));
        numbers.All.Should().Contain(("maas.machine.operation.duration", 180.0, "maas.machine.status=Deploying"));
        numbers.All.Should().Contain(
            ("maas.machine.transitions", 1.0, "maas.machine.status.before=Deploying maas.machine.status=Deployed"));
    }

    [Fact]
    public async Task A_passed_deadline_is_a_failed_operation()
    {
        using var spans = new Spans();
        using var numbers = new Numbers();
        await using var test = await TestCore.OpenAsync();
        var id = (await test.EnlistAsync()).Id;
        await test.DoAsync(id, new MachineCommand.Commission());
        test.Clock.Advance(TimeSpan.FromMinutes(31));
        await test.Core.Deadlines.PassAsync();

        var span = spans.All.Should().ContainSingle(each =>
            each.DisplayName == "Commissioning" && (string?)each.GetTagItem("maas.machine.id") == id.ToString()).Subject;
        span.Status.Should().Be(ActivityStatusCode.Error);
        span.GetTagItem("error.type").Should().Be("Failed commissioning");
        numbers.All.Should().Contain((
            "maas.machine.operation.duration", 1860.0, "maas.machine.status=Commissioning error.type=Failed commissioning"));
        numbers.All.Should().Contain(("maas.machine.deadlines_passed", 1.0, "maas.machine.status=Failed commissioning"));
    }

    [Fact]
    public async Task Machines_are_counted_by_status_while_the_worker_runs()
    {
        await using var test = await TestCore.OpenAsync();
        await test.EnlistAsync();
        await test.EnlistAsync("52:54:00:00:00:02");
        var commissioning = await test.EnlistAsync("52:54:00:00:00:03");
        await test.DoAsync(commissioning.Id, new MachineCommand.Commission());
        using var gauges = new MachineGauges();
        await test.Machines.UpdateAsync(gauges, TestContext.Current.CancellationToken);

        using var numbers = new Numbers();
        numbers.Observe();

        // Other tests of this process may count theirs at the same time.
        numbers.All.Should().Contain(each => each.Name == "maas.machines" && each.Value >= 2 && each.Tags == "maas.machine.status=New");
        numbers.All.Should().Contain(each => each.Name == "maas.power_queue.length" && each.Value >= 2);
    }

    /// <summary>Spans of Maas.Core, of all tests that run.</summary>
    private sealed class Spans : IDisposable
    {
        private readonly ConcurrentQueue<Activity> _all = new();
        private readonly ActivityListener _listener;

        public Spans()
        {
            _listener = new ActivityListener
            {
                ShouldListenTo = source => source.Name == "Maas.Core",
                Sample = (ref _) => ActivitySamplingResult.AllDataAndRecorded,
                ActivityStopped = _all.Enqueue,
            };
            ActivitySource.AddActivityListener(_listener);
        }

        public IReadOnlyCollection<Activity> All => _all;

        public void Dispose() => _listener.Dispose();
    }

    /// <summary>Measurements of Maas.Core, of all tests that run.</summary>
    private sealed class Numbers : IDisposable
    {
        private readonly ConcurrentQueue<(string Name, double Value, string Tags)> _all = new();
        private readonly MeterListener _listener = new();

        public Numbers()
        {
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == "Maas.Core") listener.EnableMeasurementEvents(instrument);
            };
            _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
            _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Add(instrument, value, tags));
            _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
            _listener.Start();
        }

        public IReadOnlyCollection<(string Name, double Value, string Tags)> All => _all;

        public void Observe() => _listener.RecordObservableInstruments();

        public void Dispose() => _listener.Dispose();

        private void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
            _all.Enqueue((instrument.Name, value, string.Join(' ', tags.ToArray().Select(tag => $"{tag.Key}={tag.Value}"))));
    }
}
