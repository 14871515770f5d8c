using Microsoft.FeatureManagement;
using Switchyard.Contracts.Problems;
using Switchyard.RunnerService.Admission;
using Switchyard.RunnerService.Control;
using Switchyard.RunnerService.Definitions;
using Switchyard.RunnerService.Events;
using Switchyard.RunnerService.Execution;
using Switchyard.RunnerService.Flags;
using Switchyard.RunnerService.Journal;
using Switchyard.RunnerService.Metrics;
using Switchyard.RunnerService.Queue;
using Switchyard.RunnerService.Runs;
using Switchyard.RunnerService.Signals;
using Switchyard.RunnerService.Telemetry;
using Switchyard.RunnerService.Triggers;
using Switchyard.RunnerService.Upkeep;
using Switchyard.Storage;
using Switchyard.Storage.Audit;

namespace Switchyard.RunnerService;

/// <summary>Registers the runner. Hosted services stop in reverse order: leases are renewed until the worker has given its runs back.</summary>
public static class RunnerServices
{
    public static WebApplicationBuilder AddEngine(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<EngineOptions>().BindConfiguration("Runner").Configure<IConfiguration>((options, configuration) => options.ReadVariables(configuration))
            .ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<JournalOptions>().BindConfiguration("Runner:Journal").ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton(new Random());
        services.AddSingleton<RunnerTelemetry>();
        services.AddSingleton<EngineMeters>();
        services.AddSingleton(provider => JournalWriter.For(provider.GetRequiredService<Database>(), provider.GetRequiredService<AuditWriter>(), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<Journal.Journal>();
        services.AddSingleton<EngineParts>();
        services.AddSingleton<StepCatalog>();
        services.AddSingleton<WorkflowPlans>();
        services.AddSingleton<JobStore>();
        services.AddSingleton<Flights>();
        services.AddSingleton<RunPilot>();
        services.AddSingleton<LegacyRuns>();
        services.AddSingleton<EventSignals>();
        services.AddSingleton<EventStore>();
        services.AddSingleton<DueAlarm>();
        services.AddSingleton<ParentWaker>();
        services.AddOptions<LimitsOptions>().BindConfiguration("Runner:Limits");
        services.AddSingleton(provider => new AdmissionRules(provider.GetRequiredService<Microsoft.Extensions.Options.IOptions<LimitsOptions>>().Value));
        services.AddSingleton<RuleStore>();
        services.AddSingleton<AdmissionApi.Changes>();
        services.AddSingleton<RunAdmission>();
        services.AddHosted<RunEventLog>();
        services.AddHosted<RunCounters>();
        services.AddSingleton<MetricsStore>();
        services.AddSingleton<MetricsCache>();
        services.AddHosted<Aftermath>();
        services.AddHosted<LeaseKeeper>();
        services.AddHosted<RunWorker>();
        return builder;
    }

    public static WebApplicationBuilder AddQueue(this WebApplicationBuilder builder)
    {
        var configuration = builder.Configuration;
        if ((configuration["REDIS_URL"] ?? configuration.GetConnectionString("redis")) is { Length: > 0 } address)
        {
            RequireRedisAddress(address);
            builder.Services.AddOptions<RedisQueueOptions>().BindConfiguration("Runner:Redis")
                .Configure(options => options.Name = configuration["WORKFLOW_QUEUE_NAME"] ?? options.Name).ValidateDataAnnotations().ValidateOnStart();
            builder.Services.AddSingleton<IRunQueue>(services => ActivatorUtilities.CreateInstance<RedisRunQueue>(services, address));
        }
        else { builder.Services.AddSingleton<IRunQueue, DatabaseRunQueue>(); }
        builder.Services.AddHosted<RunListener>();
        return builder;
    }

    /// <summary>Feature flags: FeatureManagement decides, the configuration and the database say what.</summary>
    public static WebApplicationBuilder AddFlags(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<FlagDefinitions>();
        builder.Services.AddSingleton<IFeatureDefinitionProvider>(services => services.GetRequiredService<FlagDefinitions>());
        builder.Services.AddFeatureManagement().AddFeatureFilter<OrgFilter>();
        builder.Services.AddSingleton<FlagStore>();
        builder.Services.AddHosted<FlagRefresher>();
        return builder;
    }

    public static WebApplicationBuilder AddRuns(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<RunStore>();
        builder.Services.AddSingleton<EngineChoice>();
        builder.Services.AddSingleton<StartRun>();
        builder.Services.AddSingleton<CancelRun>();
        builder.Services.AddSingleton<AnswerWait>();
        builder.Services.AddSingleton<NewRunGate>();
        builder.Services.AddSingleton<PauseRun>();
        builder.Services.AddSingleton<RetryRun>();
        builder.Services.AddSingleton<Rerun>();
        builder.Services.AddHosted<ChildRunStarter>();
        builder.Services.AddHosted<RunCreator>();
        return builder;
    }

    public static WebApplicationBuilder AddUpkeep(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<QueuedRuns>();
        builder.Services.AddHosted<DueRuns>();
        builder.Services.AddHosted<AdmissionLoop>();
        builder.Services.AddHosted<FairShare>();
        builder.Services.AddHosted<Rescuer>();
        builder.Services.AddHosted<Reconciler>();
        return builder;
    }

    /// <summary>What starts runs without a person: schedules, webhooks, internal events.</summary>
    public static WebApplicationBuilder AddTriggers(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<TriggerOptions>().BindConfiguration("Triggers").ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton<ActiveTriggers>();
        builder.Services.AddSingleton<ScheduleStore>();
        builder.Services.AddSingleton<PublishEvent>();
        builder.Services.AddSingleton<WebhooksApi>();
        builder.Services.AddHosted<Schedules>();
        return builder;
    }

    private static void RequireRedisAddress(string address)
    {
        try { RedisQueueOptions.Parse(address); }
        catch (Exception e) when (e is FormatException or ArgumentException)
        {
            throw new CannotStartException($"The address of Redis cannot be read ({e.Message.TrimEnd('.')}): set REDIS_URL to redis://[:password@]host:port[/database].");
        }
    }

    // One instance that others may also call, and that the host starts and stops.
    private static void AddHosted<T>(this IServiceCollection services)
        where T : class, IHostedService
    {
        services.AddSingleton<T>();
        services.AddHostedService(provider => provider.GetRequiredService<T>());
    }
}
