using System.CommandLine;
using SharedHosts;

var database = new Option<string>("--database") { Description = "The connection string.", Required = true };
var seconds = new Option<int>("--seconds") { Description = "How long each row is measured.", DefaultValueFactory = _ => 10 };
var parallel = new Option<int>("--parallel") { Description = "Machines, or clients, of each host.", DefaultValueFactory = _ => 8 };
var work = new Argument<string>("work") { Description = "lives, api or feed." };
var measure = new RootCommand("Hosts, each a process, on one PostgreSQL: their work, the processors that it takes, and what they wait for.")
{
    work, database, seconds, parallel,
};
measure.SetAction(async (arguments, cancellationToken) =>
{
    var plan = new Plan(
        arguments.GetRequiredValue(work), arguments.GetRequiredValue(database), arguments.GetRequiredValue(seconds),
        arguments.GetRequiredValue(parallel));
    await (plan.Work == "feed" ? FeedLatency.MeasureAsync(plan, cancellationToken) : Throughput.MeasureAsync(plan, cancellationToken));
});

// A host: the words after "host" are those of Child.
return args is ["host", .. var rest] ? await Child.RunAsync(rest) : await measure.Parse(args).InvokeAsync();
