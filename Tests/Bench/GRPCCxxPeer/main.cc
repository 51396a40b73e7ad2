// gRPC C++ as a peer of `bench-rpc`: prints its port, then answers until it is ended. One thread
// and one completion queue, which in this version costs less than the callback API
// (`main callback`), whose pool hands every call to another thread.
#include <grpcpp/grpcpp.h>

#include <cstdio>
#include <memory>
#include <string>

#include "bench.grpc.pb.h"

namespace {

constexpr int callsAwaited = 256;

const std::string text(250, 't');
const std::string shortResult(300, 'r');
const std::string longResult(1 << 20, 'r');

void answer(const bench::ProgressItem& request, bench::ProgressItem* reply) {
  reply->set_phase(request.phase());
  reply->set_percentage(request.percentage() + 1);
  reply->set_message(text);
  reply->set_result(request.credits_used() == 300 ? shortResult : longResult);
  reply->set_credits_used(7);
}

class CallbackService : public bench::Bench::CallbackService {
  grpc::ServerUnaryReactor* Answer(
      grpc::CallbackServerContext* context, const bench::ProgressItem* request,
      bench::ProgressItem* reply) override {
    answer(*request, reply);
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }
};

// One call: awaited, then answered, then made anew.
class Call {
 public:
  Call(bench::Bench::AsyncService* service, grpc::ServerCompletionQueue* queue)
      : service(service), queue(queue), writer(&context) {
    service->RequestAnswer(&context, &request, &writer, queue, queue, this);
  }

  void proceed(bool isOpen) {
    if (isAnswered || !isOpen) {
      delete this;
      return;
    }
    new Call(service, queue);
    bench::ProgressItem reply;
    answer(request, &reply);
    isAnswered = true;
    writer.Finish(reply, grpc::Status::OK, this);
  }

 private:
  bench::Bench::AsyncService* service;
  grpc::ServerCompletionQueue* queue;
  grpc::ServerContext context;
  bench::ProgressItem request;
  grpc::ServerAsyncResponseWriter<bench::ProgressItem> writer;
  bool isAnswered = false;
};

int serve(bool usesCallbacks) {
  grpc::ServerBuilder builder;
  bench::Bench::AsyncService asyncService;
  CallbackService callbackService;
  int port = 0;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  std::unique_ptr<grpc::ServerCompletionQueue> queue;
  if (usesCallbacks) {
    builder.RegisterService(&callbackService);
  } else {
    builder.RegisterService(&asyncService);
    queue = builder.AddCompletionQueue();
  }
  std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (!server) return 1;
  std::printf("%d\n", port);
  std::fflush(stdout);
  if (!queue) {
    server->Wait();
    return 0;
  }
  for (int index = 0; index < callsAwaited; index++) new Call(&asyncService, queue.get());
  void* call;
  bool isOpen;
  while (queue->Next(&call, &isOpen)) static_cast<Call*>(call)->proceed(isOpen);
  return 0;
}

}  // namespace

int main(int count, char** arguments) {
  return serve(count > 1 && std::string(arguments[1]) == "callback");
}
